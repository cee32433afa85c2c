import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ResultCache, runDistillation, saveCheckpoint, type Distillation, type TasksProgress } from "zsq";
import { resumable } from "../../helpers/resumable-distillation";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyDetector } from "../../helpers/tiny-detector";

describe("runDistillation", () => {
  const folder = temporaryFolder();
  const checkpoint = (): string => {
    const detector = tinyDetector(), path = join(folder.path, "tiny.safetensors");
    saveCheckpoint(path, detector);
    detector.dispose();
    return path;
  };
  const run = (path: string, cache: string, jobs: number, onProgress?: (progress: TasksProgress) => void): Promise<Distillation> =>
    runDistillation(path, resumable, { chunk: 2, jobs, cache: new ResultCache(join(folder.path, cache)), onProgress });

  it("gives the same bytes with one and two processes, and after kill -9", async function () {
    this.timeout(120_000);
    const path = checkpoint();
    const expected = await run(path, "one", 1);
    assert.deepEqual(expected.snapshots.get(4)!.shape, [6, 32, 32, 3]);
    assert.deepEqual([expected.history.length, expected.taken], [5, [4, 4, 4, 4, 4, 4]]);
    assert.ok(expected.history[4] < expected.history[0]);
    assert.deepEqual(await run(path, "two", 2), expected);

    const child = fork(require.resolve("../../helpers/distill-child"), [path, join(folder.path, "killed")]);
    child.on("message", (done) => { if (Number(done) >= 1) child.kill("SIGKILL"); });
    const [, signal] = await once(child, "exit") as [number | null, string | null];
    assert.equal(signal, "SIGKILL");
    const seen: TasksProgress[] = [];
    assert.deepEqual(await run(path, "killed", 1, (progress) => seen.push(progress)), expected);
    assert.ok(seen[0].done >= 1, "finished chunks are not computed again");
  });

  it("refuses a chunk of no images", async () => {
    await assert.rejects(runDistillation(checkpoint(), resumable, { chunk: 0 }), { message: "runDistillation: invalid chunk: 0; expected an integer >= 1" });
  });
});
