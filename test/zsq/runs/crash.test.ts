import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../helpers/temporary-folder";

// every so many of the calls; 1 takes all of them (npm run fuzz does)
const STRIDE = Number(process.env.ZSQ_CRASH_STRIDE ?? 9);
const ERRORS = ["ENOSPC", "EACCES", "EROFS", "EIO", "EMFILE"];

describe("a run that is killed or meets a full disk", function () {
  this.timeout(STRIDE === 1 ? 1_800_000 : 120_000);
  const folder = temporaryFolder();
  const child = (dir: string, fault = ""): { status: number | null; signal: string | null; stderr: string } => {
    const count = join(folder.path, "count");
    return spawnSync(process.execPath, ["--require", require.resolve("../../helpers/file-faults"), require.resolve("../../helpers/run-child"), dir],
      { encoding: "utf8", env: { ...process.env, ZSQ_FAULT: fault, ZSQ_FAULT_ROOT: dir, ZSQ_FAULT_COUNT: count, TF_CPP_MIN_LOG_LEVEL: "2" } });
  };
  const filesOf = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(dir, name)).isFile()).sort();
  const resultsOf = (dir: string): Map<string, string> => new Map([...filesOf(join(dir, "cache")).map((name) => `cache/${name}`), "run/results.jsonl", "run/tasks.jsonl"].map((name) => [name, readFileSync(join(dir, name)).toString("base64")]));

  for (const who of ["parent", "worker"]) {
    it(`gives the same bytes after a kill at any call of the ${who}, and leaves nothing half-written`, () => {
      const undisturbed = join(folder.path, "undisturbed");
      assert.equal(child(undisturbed, `${who}:count:0`).status, 0);
      const calls = Number(readFileSync(join(folder.path, "count"), "utf8"));
      assert.ok(calls >= 10, `${calls} calls`);
      const expected = resultsOf(undisturbed);
      for (let n = 1 + (calls % STRIDE); n <= calls; n += STRIDE) {
        const dir = join(folder.path, `${who}-${n}`);
        const killed = child(dir, `${who}:kill:${n}`);
        assert.ok(who === "worker" || killed.signal === "SIGKILL", `call ${n}: ${killed.signal} ${killed.stderr}`);
        const resumed = child(dir);
        assert.equal(resumed.status, 0, `call ${n}: ${resumed.stderr}`);
        assert.deepEqual(resultsOf(dir), expected, `call ${n}`);
        assert.deepEqual(filesOf(dir).filter((name) => /tmp|\.over\.|lock/.test(name)), [], `call ${n}`);
      }
    });
  }

  it("says which file could not be written, and goes on when it can be", () => {
    const undisturbed = join(folder.path, "undisturbed");
    child(undisturbed, "worker:count:0");
    const calls = Number(readFileSync(join(folder.path, "count"), "utf8")), expected = resultsOf(undisturbed);
    for (let n = 1; n <= calls; n += STRIDE) {
      const code = ERRORS[n % ERRORS.length], dir = join(folder.path, `${code}-${n}`);
      const stopped = child(dir, `worker:${code}:${n}`);
      if (stopped.status !== 0) {
        assert.match(stopped.stderr, /^\d+ tasks failed\n$/, `call ${n}`);
        assert.match(readFileSync(join(dir, "run/failures", readdirSync(join(dir, "run/failures"))[0]), "utf8"), new RegExp(code));
      }
      assert.equal(child(dir).status, 0, `call ${n}`);
      assert.deepEqual(resultsOf(dir), expected, `call ${n}`);
    }
  });
});
