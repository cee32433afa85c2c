import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "zsq/dist/study/canonical-json";
import { repositoryRoot } from "zsq/dist/study/repository";
import { filesBelow, leftIn, resultsOf } from "../../helpers/run-files";
import { temporaryFolder } from "../../helpers/temporary-folder";

// every so many of the calls, a code at each; 1 takes all of them, each with every code
const STRIDE = Number(process.env.ZSQ_CRASH_STRIDE ?? 9);
const ERRORS = ["ENOSPC", "EACCES", "EROFS", "EIO", "EMFILE"];

interface Ended { status: number | null; signal: string | null; stdout: string; stderr: string }

describe("a run that is killed or meets a full disk", function () {
  this.timeout(STRIDE === 1 ? 3_600_000 : 240_000);
  const folder = temporaryFolder();
  const run = (dir: string, fault: string, command: readonly string[]): Ended =>
    spawnSync(process.execPath, ["--require", require.resolve("../../helpers/file-faults"), ...command],
      { encoding: "utf8", env: { ...process.env, ZSQ_FAULT: fault, ZSQ_FAULT_ROOT: dir, ZSQ_FAULT_COUNT: join(folder.path, "count"), TF_CPP_MIN_LOG_LEVEL: "2" } });
  const child = (dir: string, fault = ""): Ended => run(dir, fault, [require.resolve("../../helpers/run-child"), dir]);
  const counted = (who: string): { calls: number; expected: Map<string, string> } => {
    const undisturbed = join(folder.path, `undisturbed-${who}`);
    assert.equal(child(undisturbed, `${who}:count:0`).status, 0);
    const calls = Number(readFileSync(join(folder.path, "count"), "utf8"));
    assert.ok(calls >= 10, `${calls} calls`);
    return { calls, expected: resultsOf(undisturbed) };
  };
  const codesAt = (n: number): readonly string[] => (STRIDE === 1 ? ERRORS : [ERRORS[n % ERRORS.length]]);

  for (const who of ["parent", "worker"]) {
    it(`gives the same bytes after a kill at any call of the ${who}, and leaves nothing half-written`, () => {
      const { calls, expected } = counted(who);
      for (let n = 1 + (calls % STRIDE); n <= calls; n += STRIDE) {
        const dir = join(folder.path, `${who}-${n}`);
        const killed = child(dir, `${who}:kill:${n}`);
        assert.ok(who === "worker" || killed.signal === "SIGKILL", `call ${n}: ${killed.signal} ${killed.stderr}`);
        const resumed = child(dir);
        assert.equal(resumed.status, 0, `call ${n}: ${resumed.stderr}`);
        assert.deepEqual(resultsOf(dir), expected, `call ${n}`);
        assert.deepEqual(leftIn(dir), [], `call ${n}`);
      }
    });
  }

  it("says which file a worker could not write, and goes on when it can be", () => {
    const { calls, expected } = counted("worker");
    for (let n = 1; n <= calls; n += STRIDE) {
      for (const code of codesAt(n)) {
        const dir = join(folder.path, `${code}-${n}`);
        const stopped = child(dir, `worker:${code}:${n}`);
        if (stopped.status !== 0) {
          assert.match(stopped.stderr, /^\d+ tasks failed\n$/, `call ${n}`);
          assert.match(readFileSync(join(dir, "run/failures", readdirSync(join(dir, "run/failures"))[0]), "utf8"), new RegExp(code));
        }
        assert.equal(child(dir).status, 0, `call ${n}`);
        assert.deepEqual(resultsOf(dir), expected, `call ${n}`);
      }
    }
  });

  it("says in one line what the coordinator could not write, leaves nothing half-written, and goes on when it can be", () => {
    const { calls, expected } = counted("parent");
    let refused = 0;
    for (let n = 1 + (calls % STRIDE), k = 0; n <= calls; n += STRIDE, k++) {
      // once, or from then on
      for (const code of codesAt(n)) for (const lasting of STRIDE === 1 ? ["", "+"] : [["", "+"][k % 2]]) {
        const dir = join(folder.path, `parent-${code}${lasting}-${n}`), what = `${code}${lasting} at call ${n}`;
        const stopped = child(dir, `parent:${code}${lasting}:${n}`);
        if (stopped.status === 0) assert.deepEqual(resultsOf(dir), expected, what); // a lock or a folder's sync
        else {
          refused++;
          assert.equal(stopped.status, 1, `${what}: ${stopped.signal} ${stopped.stderr}`);
          assert.match(stopped.stderr, new RegExp(`^[a-zA-Z0-9]+: (?:invalid|missing) \\S+: ${code}: [^\\n]+; expected [^\\n]+\\n$`), what);
        }
        for (const name of existsSync(dir) ? filesBelow(dir) : []) if (expected.has(name)) assert.equal(sha256(readFileSync(join(dir, name))), expected.get(name), `${what}: ${name}`);
        const resumed = child(dir);
        assert.equal(resumed.status, 0, `${what}: ${resumed.stderr}`);
        assert.deepEqual(resultsOf(dir), expected, what);
        assert.deepEqual(leftIn(dir), [], what);
      }
    }
    assert.ok(refused > 0);
  });

  it("ends with exit code 1 and one line on the command line", () => {
    const dir = join(folder.path, "command"), main = join(repositoryRoot(), "sdk/zsq/dist/cli/main.js");
    child(dir);
    const { status, stdout, stderr } = run(dir, "parent:ENOSPC+:1", [main, "run", "resume", join(dir, "run")]);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /^(?:zsq: )?lock: invalid \S+lock: ENOSPC: [^\n]+; expected a folder that can be written\n$/);
  });
});
