import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "zsq";
import { LARGE_RUN_WORK } from "../../helpers/small-run";
import { leftIn, resultsOf } from "../../helpers/run-files";
import { temporaryFolder } from "../../helpers/temporary-folder";

// ZSQ_KILLS=100 takes a hundred
const CASES = Number(process.env.ZSQ_KILLS ?? 10), SEED = 11, WORKERS = 2;
const VICTIMS = ["coordinator", "worker", "both"] as const;

describe(`a run of 48 tasks that is killed at ${CASES} random moments`, function () {
  this.timeout(60_000 + 30_000 * CASES);
  const folder = temporaryFolder();

  it("gives the bytes of the undisturbed run, does at most one task per worker again, and leaves nothing half-written", async () => {
    const undisturbed = join(folder.path, "undisturbed"), whole = new Attempt(undisturbed);
    assert.equal(await whole.end(), 0, whole.stderr);
    const expected = resultsOf(undisturbed), duration = whole.milliseconds;
    assert.equal(begun(undisturbed), LARGE_RUN_WORK);
    const struck = { coordinator: 0, worker: 0, both: 0 };
    let again = 0;
    for (let k = 0; k < CASES; k++) {
      const random = new Random(SEED, k), dir = join(folder.path, String(k)), what = (): string => `case ${k} of seed ${SEED}`;
      let may = 0;
      for (let kill = 0; kill < (k % 5 === 4 ? 2 : 1); kill++) { // every fifth is killed again while it resumes
        const victim = random.choice(VICTIMS), attempt = new Attempt(dir);
        // any moment from the lock to the end, or one when a certain number of tasks have begun
        const [ms, tasks] = k % 2 ? [random.uniform(0, duration), 0] : [random.uniform(0, 20), random.integer(1, LARGE_RUN_WORK)];
        if (!await attempt.killAfter(ms, tasks, victim)) continue;
        struck[victim]++;
        may += victim === "worker" ? 1 : WORKERS;
      }
      const resumed = new Attempt(dir);
      assert.equal(await resumed.end(), 0, `${what()}: ${resumed.stderr}`);
      assert.deepEqual(resultsOf(dir), expected, what());
      assert.deepEqual(leftIn(dir), [], what());
      const lost = begun(dir) - LARGE_RUN_WORK;
      assert.ok(lost >= 0 && lost <= may, `${what()}: ${lost} tasks again; expected at most ${may}`);
      again += lost;
      rmSync(dir, { recursive: true });
      const so = k + 1;
      if (process.env.ZSQ_KILLS && (so % 10 === 0 || so === CASES)) console.log(`      ${so} runs, ${killsIn(struck)} kills while they ran (${Object.entries(struck).map(([who, n]) => `${who} ${n}`).join(", ")}): all with the same bytes, ${again} of ${so * LARGE_RUN_WORK} tasks done again`);
    }
    assert.ok(killsIn(struck) >= CASES / 2, `${killsIn(struck)} kills`);
  });
});

/** The run in a process of its own. */
class Attempt {
  stderr = "";
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private locked = 0;
  milliseconds = 0;

  constructor(private readonly dir: string) {
    this.child = spawn(process.execPath, [require.resolve("../../helpers/run-child"), dir, "large"], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ZSQ_BEGUN: `${dir}.begun`, TF_CPP_MIN_LOG_LEVEL: "2" } });
    this.child.stderr!.on("data", (text: Buffer) => (this.stderr += text.toString()));
    this.closed = once(this.child, "close");
  }

  /** Its exit code. */
  async end(): Promise<number | null> {
    await this.begin();
    await this.closed;
    this.milliseconds = performance.now() - this.locked;
    return this.child.exitCode;
  }

  /** kill -9 so long after the lock was taken and so many tasks had begun; resolves when all its processes are gone, to whether it still ran. */
  async killAfter(ms: number, tasks: number, victim: (typeof VICTIMS)[number]): Promise<boolean> {
    await this.begin();
    while (this.child.exitCode === null && begun(this.dir) < tasks) await sleep(2);
    await Promise.race([sleep(ms), this.closed]);
    const workers = this.workers(), targets = [...(victim === "worker" ? [] : [this.child.pid!]), ...(victim === "coordinator" ? [] : workers.slice(0, victim === "both" ? WORKERS : 1))];
    const ran = this.child.exitCode === null && targets.length > 0;
    if (ran) for (const pid of targets) kill(pid);
    await this.closed;
    for (const pid of workers) while (isAlive(pid)) await sleep(5);
    return ran;
  }

  private async begin(): Promise<void> {
    while (this.child.exitCode === null && !existsSync(join(this.dir, "run/lock"))) await sleep(2);
    this.locked = performance.now();
  }

  // Linux alone says; elsewhere no worker is killed
  private workers(): number[] {
    try {
      const pids = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, "utf8").trim().split(" ").map(Number);
      return pids.filter((pid) => pid > 0 && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("worker.js"));
    } catch {
      return [];
    }
  }
}

const killsIn = (struck: Readonly<Record<string, number>>): number => Object.values(struck).reduce((a, b) => a + b);

const begun = (dir: string): number => (existsSync(`${dir}.begun`) ? readFileSync(`${dir}.begun`, "utf8").split("\n").length - 1 : 0);

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has just ended
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
