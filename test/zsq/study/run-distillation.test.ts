import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { readSafetensors, ResultCache, runDistillation, saveCheckpoint, writeDistillation, type NamedArray, type TasksProgress } from "zsq";
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
  const run = async (path: string, cache: string, jobs: number, onProgress?: (progress: TasksProgress) => void): Promise<{ images: Float32Array[]; history: number[]; taken: number[] }> => {
    const result = await runDistillation(path, resumable, { chunk: 2, jobs, cache: new ResultCache(join(folder.path, cache)), onProgress });
    return { images: Array.from(result.chunks(4), ({ data }) => data.slice()), history: result.history, taken: result.taken };
  };

  it("gives the same bytes with one and two processes, and after kill -9", async function () {
    this.timeout(120_000);
    const path = checkpoint();
    const expected = await run(path, "one", 1);
    assert.deepEqual(expected.images.map(({ length }) => length), new Array(3).fill(2 * 32 * 32 * 3));
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

  it("writes the images a chunk at a time", async () => {
    const distillation = await runDistillation(checkpoint(), resumable, { chunk: 2, jobs: 1, cache: new ResultCache(join(folder.path, "one")) });
    const read: NamedArray[] = [], path = join(folder.path, "images.safetensors");
    const counted = { ...distillation, *chunks(iterations: number) { for (const chunk of distillation.chunks(iterations)) { read.push({ ...chunk, data: chunk.data.slice() }); yield chunk; } } };
    writeDistillation(path, counted, new Map([[4, "images"]]), new Map([["seed", "1"]]));
    const { tensors, metadata } = readSafetensors(path);
    assert.deepEqual([[...tensors.keys()], tensors.get("images")!.shape, metadata.get("seed")], [["images"], [6, 32, 32, 3], "1"]);
    assert.deepEqual(read.map(({ shape }) => shape), new Array(3).fill([2, 32, 32, 3]));
    assert.deepEqual(tensors.get("images")!.data, Float32Array.from(read.flatMap(({ data }) => [...data])));
    assert.throws(() => [...distillation.chunks(3)], { message: /^runDistillation: unknown snapshot: 3; expected one of/ });
  });

  it("refuses a chunk of no images", async () => {
    await assert.rejects(runDistillation(checkpoint(), resumable, { chunk: 0 }), { message: "runDistillation: invalid chunk: 0; expected an integer >= 1" });
  });
});
