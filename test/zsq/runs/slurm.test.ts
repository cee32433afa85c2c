import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { resumeRun, type ResumedRun } from "zsq/dist/runs/resume-run";
import { RunFolder } from "zsq/dist/runs/run-folder";
import { runStatus } from "zsq/dist/runs/run-status";
import { submitToSlurm } from "zsq/dist/runs/slurm";
import { repositoryRoot } from "zsq/dist/study/repository";
import type { Task } from "zsq/dist/study/task";
import { saveCheckpoint } from "zsq";
import { runCli } from "../../helpers/run-cli";
import { squareTask, sumTask } from "../../helpers/small-run";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyDetector } from "../../helpers/tiny-detector";

const kindsModule = require.resolve("../../helpers/tiny-kinds");
const command = [process.execPath, join(repositoryRoot(), "sdk/zsq/bin/zsq.js"), "run", "element"];
const has = (program: string): boolean => spawnSync("which", [program]).status === 0;
const missing = [process.getuid?.() === 0 ? "" : "root", ...["slurmctld", "slurmd", "sbatch", "munged"].filter((program) => !has(program))].filter(Boolean);

describe(`a Slurm cluster of one node${missing.length ? ` (skipped: needs ${missing.join(", ")})` : ""}`, function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const script = join(repositoryRoot(), "test/slurm/cluster.sh");
  let cluster = "";
  const control = (action: string): string => execFileSync("bash", [script, action, cluster], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const create = (name: string, tasks: Iterable<Task>): Promise<RunFolder> => RunFolder.create(join(folder.path, name), tasks, { kindsModule, cache: join(folder.path, `${name}-cache`) });
  const onSlurm = (run: RunFolder, extra: object = {}): Promise<ResumedRun> => resumeRun(run, { executor: "slurm", slurm: { command: [...command, run.path], pollSeconds: 0.5, cpus: 2, ...extra } });

  before(function () {
    if (missing.length > 0) this.skip();
    cluster = mkdtempSync(join(tmpdir(), "zsq-slurm-"));
    control("start");
    process.env.SLURM_CONF = join(cluster, "slurm.conf");
  });
  after(() => {
    if (!cluster) return;
    delete process.env.SLURM_CONF;
    control("stop");
    rmSync(cluster, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });

  it("runs 200 tasks through 5 failures and the loss of its node, with the bytes of local processes", async () => {
    const flag = join(folder.path, "mended");
    const parts = Array.from({ length: 180 }, (_, i) => squareTask(i));
    const waits = Array.from({ length: 14 }, (_, i): Task => ({ kind: "wait", name: `wait ${i}`, parameters: { ms: 150 + i }, inputs: {} }));
    const flaky = Array.from({ length: 5 }, (_, i): Task => ({ kind: "flaky", name: `flaky ${i}`, parameters: { i, flag }, inputs: {} }));
    const tasks = [...parts, ...waits, ...flaky, sumTask(...parts)];
    const run = await create("slurm", tasks);
    const first = onSlurm(run, { tasksPerElement: 50, arraySize: 2 });
    await until(() => existsSync(run.file("log")));
    control("restart-node");
    const hurry = setInterval(() => control("hurry"), 1000);
    assert.equal((await first.finally(() => clearInterval(hurry))).failed, 5);
    const { done, failures } = await runStatus(run);
    assert.deepEqual([done, failures.map(({ name }) => name)], [195, flaky.map(({ name }) => name)]);
    writeFileSync(flag, "");
    assert.equal((await onSlurm(run, { tasksPerElement: 5 })).failed, 0);
    const local = await create("local", tasks);
    await resumeRun(local);
    assert.deepEqual(filesOf(run.cache), filesOf(local.cache));
    assert.equal(readdirSync(run.cache, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp")).length, 0);
  });

  it("runs the tasks of a command, which gives the bytes that it gives without", async () => {
    const detector = tinyDetector(), checkpoint = join(folder.path, "tiny.safetensors"), { ZSQ_CACHE } = process.env;
    saveCheckpoint(checkpoint, detector);
    detector.dispose();
    try {
      for (const executor of ["slurm", "local"]) {
        process.env.ZSQ_CACHE = join(folder.path, `${executor}-commands`);
        const { code, stderr } = await runCli("distill", checkpoint, "--images", "4", "--chunk", "2", "--iterations", "1", "--height", "32", "--width", "32", "--executor", executor, "--poll", "0.5", "--out", join(folder.path, executor));
        assert.equal(code, 0, stderr);
      }
    } finally {
      if (ZSQ_CACHE === undefined) delete process.env.ZSQ_CACHE;
      else process.env.ZSQ_CACHE = ZSQ_CACHE;
    }
    const [run] = readdirSync(join(folder.path, "slurm-commands/runs"));
    assert.deepEqual(RunFolder.open(join(folder.path, "slurm-commands/runs", run)).levels, [2]);
    assert.deepEqual(readFileSync(join(folder.path, "slurm.safetensors")), readFileSync(join(folder.path, "local.safetensors")));
  });

  it("cancels its jobs when stopped, and goes on", async () => {
    const run = await create("stopped", [squareTask(1), ...Array.from({ length: 4 }, (_, i): Task => ({ kind: "wait", name: `wait ${i}`, parameters: { ms: 60_000 + i }, inputs: {} }))]);
    const controller = new AbortController();
    const stopped = resumeRun(run, { executor: "slurm", signal: controller.signal, slurm: { command: [...command, run.path], pollSeconds: 0.5 } });
    await until(() => existsSync(run.file("slurm", "jobs.json")));
    controller.abort();
    await assert.rejects(stopped, /slurm: stopped; 1 jobs were cancelled; the same command continues/);
    await until(() => execFileSync("squeue", ["--noheader"], { encoding: "utf8" }).trim() === "");
    assert.equal(existsSync(run.lock), false);
  });

  it("says what sbatch refused", async () => {
    const run = await create("refused", [squareTask(1)]);
    await assert.rejects(onSlurm(run, { partition: "none" }), /^Error: slurm: sbatch failed: .*partition/i);
    await assert.rejects(onSlurm(run, { tasksPerElement: 0 }), /slurm: invalid tasksPerElement: 0; expected an integer >= 1/);
  });
});

describe("submitToSlurm", () => {
  const folder = temporaryFolder();
  it("says that Slurm is missing where it is", async () => {
    const run = await RunFolder.create(folder.path, [squareTask(1)], { kindsModule, cache: folder.path });
    const { PATH } = process.env;
    process.env.PATH = folder.path;
    try {
      await assert.rejects(submitToSlurm(run, [[0]], command), /slurm: missing program: scontrol; expected Slurm's commands on the PATH; try --executor local/);
    } finally {
      process.env.PATH = PATH;
    }
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > 600) throw new Error("waited in vain for a minute");
    await sleep(100);
  }
}

const filesOf = (dir: string): [string, string][] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => /\.(json|safetensors)$/.test(name)).sort().map((name) => [name, readFileSync(join(dir, name)).toString("base64")]);
