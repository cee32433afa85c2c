import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ResultCache } from "zsq/dist/study/cache";
import { runTasks, type RunTasksOptions } from "zsq/dist/study/executor";
import type { TasksProgress } from "zsq/dist/study/progress";
import { taskKey, type Task } from "zsq/dist/study/task";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { kinds } from "../../helpers/tiny-kinds";

const kindsModule = require.resolve("../../helpers/tiny-kinds");
const square = (...numbers: number[]): Task => ({ kind: "square", name: `square ${numbers.join()}`, parameters: { numbers }, inputs: {} });
const sumOf = (...tasks: Task[]): Task => ({ kind: "sum", name: "sum", parameters: {}, inputs: Object.fromEntries(tasks.map((task, i) => [`part${i}`, { result: taskKey(task, kinds) }])) });
const failing = (message: string): Task => ({ kind: "fail", name: `fail ${message}`, parameters: { message }, inputs: {} });
const waiting = (ms: number): Task => ({ kind: "wait", name: `wait ${ms}`, parameters: { ms }, inputs: {} });

describe("runTasks", () => {
  const folder = temporaryFolder();
  const run = (tasks: Task[], options: RunTasksOptions = {}): Promise<string[]> => runTasks(tasks, { jobs: 2, cache: new ResultCache(folder.path), kindsModule, ...options });
  const valueOf = (key: string): unknown => new ResultCache(folder.path).read(key)?.value;

  it("runs tasks after those whose results they read and returns their keys in order", async () => {
    const parts = [square(1, 2), square(3)];
    const keys = await run([sumOf(...parts), ...parts]);
    assert.deepEqual(keys, [sumOf(...parts), ...parts].map((task) => taskKey(task, kinds)));
    assert.equal(valueOf(keys[0]), 14);
  });

  it("gives each process one thread", async () => assert.deepEqual(valueOf((await run([square(1)]))[0]), { threads: "1" }));

  it("writes the same bytes with one and with two processes", async () => {
    const tasks = [square(1), square(2), square(3, 4)];
    const bytes = async (jobs: number): Promise<Buffer[]> => {
      const cache = new ResultCache(join(folder.path, String(jobs)));
      return (await run(tasks, { jobs, cache })).flatMap((key) => [cache.tensorPath(key), cache.tensorPath(key).replace(/safetensors$/, "json")].map((path) => readFileSync(path)));
    };
    assert.deepEqual(await bytes(1), await bytes(2));
  });

  it("takes what the cache holds and computes what is damaged again", async () => {
    const [key] = await run([square(5)]);
    const path = new ResultCache(folder.path).tensorPath(key);
    const whole = readFileSync(path);
    const seen: TasksProgress[] = [];
    await run([square(5)], { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(seen, [{ done: 1, total: 1, task: "from the cache", secondsLeft: 0 }]);
    writeFileSync(path, whole.subarray(1));
    await run([square(5)]);
    assert.deepEqual(readFileSync(path), whole);
  });

  it("counts the content of a file, not its place", async () => {
    const [a, b] = ["a", "b"].map((name) => join(folder.path, name));
    for (const path of [a, b]) writeFileSync(path, "four");
    const measure = (path: string, sha256: string): Task => ({ kind: "length", name: "length", parameters: {}, inputs: { file: { path, sha256 } } });
    const [first, second, third] = await run([measure(a, "00"), measure(b, "00"), measure(b, "01")]);
    assert.equal(first, second);
    assert.notEqual(first, third);
    assert.equal(valueOf(first), 4);
  });

  it("names a failed task, gives up what depends on it, and keeps the others", async () => {
    const bad = failing("no room");
    const tasks = [bad, { ...sumOf(bad), name: "sum of it" }, square(6), square(7)];
    await assert.rejects(run(tasks), { message: "runTasks: task failed: fail no room: no room (and 1 more)" });
    assert.notEqual(valueOf(taskKey(square(6), kinds)), undefined);
    assert.notEqual(valueOf(taskKey(square(7), kinds)), undefined);
  });

  it("says how a process ended and gives the next task a new one", async () => {
    const crash: Task = { kind: "crash", name: "crash", parameters: {}, inputs: {} };
    await assert.rejects(run([crash, square(8)], { jobs: 1 }), { message: "runTasks: task failed: crash: worker ended by exit code 3" });
    assert.notEqual(valueOf(taskKey(square(8), kinds)), undefined);
  });

  it("reports how many are done, the task and the end", async () => {
    const seen: TasksProgress[] = [];
    await run([waiting(20), waiting(30), waiting(20)], { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(seen[0], { done: 0, total: 2, task: "starting", secondsLeft: null });
    assert.equal(seen.at(-1)!.done, 2);
    assert.equal(seen.at(-1)!.secondsLeft, 0);
    assert.ok(seen.some(({ task }) => task === "wait 30"));
  });

  it("stops its processes on request and keeps what is finished", async () => {
    const controller = new AbortController();
    const onProgress = ({ done }: TasksProgress): void => { if (done === 1) controller.abort(); };
    const start = Date.now();
    await assert.rejects(run([square(9), waiting(60_000)], { signal: controller.signal, onProgress }), { name: "AbortError", message: "runTasks: stopped after 1 of 2 tasks; the same call continues" });
    assert.ok(Date.now() - start < 10_000);
    assert.notEqual(valueOf(taskKey(square(9), kinds)), undefined);
  });

  it("refuses unknown kinds, missing results and a senseless number of processes", async () => {
    await assert.rejects(run([{ ...square(1), kind: "cube" }]), /task: unknown kind: cube; expected one of square, sum/);
    await assert.rejects(run([sumOf(square(1))]), /runTasks: missing result for sum: [0-9a-f]{64}; expected it in the cache or among the tasks/);
    await assert.rejects(run([square(1)], { jobs: 0 }), /runTasks: invalid jobs: 0; expected an integer >= 1/);
  });
});
