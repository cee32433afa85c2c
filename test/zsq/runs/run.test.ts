import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acquireLock } from "zsq/dist/runs/lock";
import { resumeRun } from "zsq/dist/runs/resume-run";
import { RunFolder } from "zsq/dist/runs/run-folder";
import { runStatus } from "zsq/dist/runs/run-status";
import { verifyRun } from "zsq/dist/runs/verify-run";
import { ResultCache } from "zsq/dist/study/cache";
import type { Task } from "zsq/dist/study/task";
import { runCli } from "../../helpers/run-cli";
import { smallRun, squareTask, sumTask } from "../../helpers/small-run";
import { temporaryFolder } from "../../helpers/temporary-folder";

const kindsModule = require.resolve("../../helpers/tiny-kinds");

describe("a run of tasks", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const dir = (): string => join(folder.path, "run");
  const create = (tasks: Task[] = smallRun()): Promise<RunFolder> => RunFolder.create(dir(), tasks, { kindsModule, cache: join(folder.path, "cache") });
  const failing: Task = { kind: "fail", name: "bad luck", parameters: { message: "no\nreally" }, inputs: {} };

  it("runs each task once, after those that it reads, and verifies", async () => {
    const run = await create([...smallRun(), squareTask(3)]);
    assert.deepEqual([run.size, run.levels], [3, [2, 1]]);
    assert.deepEqual(await runStatus(run), { tasks: 3, done: 0, running: 0, failed: 0, waiting: 3, secondsLeft: null, failures: [], owner: null });
    assert.deepEqual(await resumeRun(run, { jobs: 2 }), { failed: 0, damaged: [] });
    const { done, waiting } = await runStatus(run);
    assert.deepEqual([done, waiting], [3, 0]);
    assert.deepEqual(await verifyRun(dir()), { checked: 4, problems: [] });
  });

  it("keeps failures with their reason, and runs only them again", async () => {
    const run = await create([failing, squareTask(1), sumTask(failing, squareTask(1))]);
    assert.equal((await resumeRun(run, { jobs: 1 })).failed, 2);
    const { failures, done } = await runStatus(run);
    assert.equal(done, 1);
    assert.deepEqual(failures, [{ index: 0, name: "bad luck", message: "no\nreally" }, { index: 2, name: "sum", message: "not run, for bad luck failed" }]);
    const before = readFileSync(new ResultCache(run.cache).entryPath((await keysOf(run))[1]));
    await resumeRun(run, { jobs: 1 });
    assert.deepEqual(readFileSync(new ResultCache(run.cache).entryPath((await keysOf(run))[1])), before);
  });

  it("detects 200 damaged results, says which, and computes them again", async () => {
    const run = await create(Array.from({ length: 200 }, (_, i) => squareTask(i)));
    await resumeRun(run);
    const cache = new ResultCache(run.cache), keys = await keysOf(run);
    const whole = keys.map((key) => [cache.entryPath(key), cache.tensorPath(key)].map((path) => readFileSync(path)));
    keys.forEach((key, i) => damage([cache.entryPath(key), cache.tensorPath(key)][i % 2], i));
    const { problems } = await verifyRun(dir());
    assert.equal(problems.length, 200);
    assert.equal((await resumeRun(run)).damaged.length, 200);
    assert.deepEqual(keys.map((key) => [cache.entryPath(key), cache.tensorPath(key)].map((path) => readFileSync(path))), whole);
    assert.deepEqual((await verifyRun(dir())).problems, []);
  });

  it("refuses other tasks, naming what differs", async () => {
    await create([squareTask(1, 2)]);
    await create([squareTask(1, 2)]);
    await assert.rejects(create([squareTask(1, 3)]), /run: other tasks in .*: task 0, square 1,2: numbers was \[1,2\], now \[1,3\]; expected the same list; try another folder/);
    await assert.rejects(create([squareTask(1, 2), squareTask(1)]), /run: other tasks in .*: 1; expected 2/);
  });

  it("refuses a list that was changed, and what is no run", async () => {
    const run = await create();
    appendFileSync(run.file("tasks.jsonl"), "{");
    await assert.rejects(resumeRun(run), /run: damaged .*tasks\.jsonl: its SHA-256 is not that of run\.json/);
    assert.throws(() => RunFolder.open(folder.path), /run: missing run: .*run\.json; expected a folder made by zsq run create/);
  });

  it("is worked on by one process at a time", async () => {
    const run = await create(), lock = acquireLock(run.lock);
    await assert.rejects(resumeRun(run), { name: "LockedError" });
    lock.release();
    await resumeRun(run);
    assert.equal(existsSync(run.lock), false);
  });

  it("says what was changed since", async () => {
    const file = join(folder.path, "measured");
    writeFileSync(file, "four");
    const run = await create([{ kind: "length", name: "length", parameters: {}, inputs: { file: { path: file, sha256: "00" } } }]);
    await resumeRun(run);
    writeFileSync(file, "fives");
    assert.match((await verifyRun(dir())).problems.join("\n"), /measured: changed since .*record\.json was written/);
  });

  it("is made, resumed, looked at and verified from the command line", async () => {
    const list = join(folder.path, "tasks.jsonl");
    writeFileSync(list, [failing, ...smallRun()].map((task) => `${JSON.stringify(task)}\n`).join(""));
    const options = ["--kinds", kindsModule, "--cache", join(folder.path, "cache")];
    assert.match((await runCli("run", "create", dir(), "--tasks", list, ...options)).stdout, /^4 tasks in 2 levels \(3, 1\)/);
    const resumed = await runCli("run", "resume", dir(), "--jobs", "1");
    assert.deepEqual([resumed.code, resumed.stdout], [1, "3 of 4 tasks done, 0 running, 1 failed, 0 waiting\n  failed: bad luck: no\n"]);
    assert.equal((JSON.parse((await runCli("run", "status", dir(), "--json")).stdout) as { done: number }).done, 3);
    assert.match((await runCli("run", "verify", dir())).stdout, /^4 checked, 0 problems\n$/);
    const one = join(folder.path, "task.json");
    writeFileSync(one, JSON.stringify(squareTask(7)));
    assert.match((await runCli("task", "run", one, ...options)).stdout, /"tensors": ".*\.safetensors"/);
    for (const args of [["run", "create", dir()], ["run", "create", dir(), "--study", "table9"]]) assert.equal((await runCli(...args)).code, 2);
    writeFileSync(list, '{"kind":1}\n');
    assert.match((await runCli("run", "create", join(folder.path, "other"), "--tasks", list, ...options)).stderr, /run: invalid task in .*, line 1: kind/);
    assert.match((await runCli("run", "status", folder.path)).stderr, /run: missing run/);
  });
});

async function keysOf(run: RunFolder): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of run.tasks()) keys.push(key);
  return keys;
}

// cut, a bit flipped, or emptied
function damage(path: string, i: number): void {
  const bytes = readFileSync(path);
  if (i % 3 === 0) return writeFileSync(path, bytes.subarray(0, bytes.length - 1 - (i % 7)));
  if (i % 3 === 1) return writeFileSync(path, "");
  bytes[(i * 31) % bytes.length] ^= 1 << i % 8;
  writeFileSync(path, bytes);
}
