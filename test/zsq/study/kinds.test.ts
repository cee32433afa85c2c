import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { saveCheckpoint, writeSafetensors } from "zsq";
import type { CachedResult } from "zsq/dist/study/cache";
import { noiseImages } from "zsq/dist/study/calibration-images";
import { distillKind, type DistillParameters, type DistillValue } from "zsq/dist/study/distill-task";
import { evaluateKind, FULL_PRECISION, schemeName, type EvaluateParameters } from "zsq/dist/study/evaluate-task";
import { kinds } from "zsq/dist/study/kinds";
import { scoreKind, type ScoreValue } from "zsq/dist/study/score-task";
import { snapshotName } from "zsq/dist/study/snapshot";
import { summarizeKind } from "zsq/dist/study/summarize-task";
import type { Estimate } from "zsq/dist/study/comparison";
import { writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyDetector } from "../../helpers/tiny-detector";

describe("task kinds of the study", () => {
  const folder = temporaryFolder();
  const inside = (name: string): string => join(folder.path, name);
  const schemes = [{ precision: "W8A8", inputRange: "calibrated" }, { precision: "W8A4", inputRange: "image" }] as const;
  const distillation: DistillParameters = { preset: "paper-mean-std", images: 2, imageShape: [32, 64], snapshots: [0, 1, 2], seed: 5, firstImage: 0 };

  async function prepare(): Promise<Record<string, string>> {
    const detector = tinyDetector();
    saveCheckpoint(inside("checkpoint.safetensors"), detector);
    detector.dispose();
    return { checkpoint: inside("checkpoint.safetensors"), dataset: await writeSyntheticDataset(inside("val")), training: await writeSyntheticDataset(inside("train"), { seed: 2 }) };
  }

  // runs a task in this process and counts the tensors it leaves
  async function run(work: (onProgress: (fraction: number) => void) => Promise<CachedResult>): Promise<CachedResult & { progress: number[] }> {
    const before = tf.memory().numTensors;
    const progress: number[] = [];
    const result = await work((fraction) => progress.push(fraction));
    assert.equal(tf.memory().numTensors, before);
    return { ...result, progress };
  }
  const evaluate = (calibration: EvaluateParameters["calibration"], paths: Record<string, string>, of: EvaluateParameters["schemes"] = schemes, limit?: number): ReturnType<typeof run> =>
    run((onProgress) => evaluateKind.run({ calibration, schemes: of, ...(limit !== undefined && { limit }) }, { paths, onProgress }));

  it("distill: images after each snapshot and their distances, without leaving tensors", async () => {
    const paths = await prepare();
    const { value, tensors, progress } = await run((onProgress) => distillKind.run(distillation, { paths, onProgress }));
    assert.deepEqual([...tensors!].map(([name, { shape }]) => [name, shape]), [0, 1, 2].map((i) => [snapshotName(i), [2, 32, 64, 3]]));
    assert.deepEqual(tensors!.get(snapshotName(0))!.data, noiseImages(2, [32, 64], 5), "distillation starts from the noise of its seed");
    const { distances } = value as unknown as DistillValue;
    assert.equal(distances.length, 3);
    assert.ok(distances[2].mean + distances[2].std < distances[0].mean + distances[0].std);
    assert.equal(progress.at(-1), 1);
  });

  it("calibrate-and-evaluate: packed detections by scheme for each source, without leaving tensors", async () => {
    const paths = await prepare();
    const { tensors } = await distillKind.run(distillation, { paths, onProgress: () => undefined });
    writeSafetensors(inside("distilled.safetensors"), tensors!);
    for (const kind of ["noise", "real", "shuffled", "distilled"] as const) {
      const { tensors: found, progress } = await evaluate({ kind, images: 2, seed: 3, iterations: 2 }, { ...paths, images: inside("distilled.safetensors") });
      assert.deepEqual([...found!.keys()], schemes.map(schemeName), kind);
      assert.equal(progress.at(-1), 1);
    }
    const full = await evaluate({ kind: "none", images: 0, seed: 0 }, paths, []);
    assert.deepEqual([...full.tensors!.keys()], [FULL_PRECISION]);
    await assert.rejects(evaluate({ kind: "distilled", images: 3, seed: 0 }, { ...paths, images: inside("distilled.safetensors") }), /calibrate: missing distilled images after 0 iterations: 2; expected 3/);
  });

  it("score: mAP of each set and input on the first images, in the order of the inputs", async () => {
    const paths = await prepare();
    const inputs: Record<string, string> = {};
    for (const [k, seed] of [3, 4].entries()) {
      const { tensors } = await evaluate({ kind: "noise", images: 1, seed }, paths);
      writeSafetensors((inputs[`detections0000${k}`] = inside(`scored${k}.safetensors`)), tensors!);
    }
    const score = async (limit: number, files = inputs): Promise<ScoreValue> =>
      (await run((onProgress) => scoreKind.run({ sets: schemes.map(schemeName), limit }, { paths: { dataset: paths.dataset, ...files }, onProgress }))).value as ScoreValue;
    const all = await score(3);
    assert.deepEqual(Object.keys(all), schemes.map(schemeName));
    const { detections00000: first, detections00001: second } = inputs;
    const swapped = await score(3, { detections00001: first, detections00000: second });
    for (const set of Object.keys(all)) assert.deepEqual(swapped[set], [...all[set]].reverse());
    const limited = await evaluate({ kind: "noise", images: 1, seed: 3 }, paths, schemes, 2);
    writeSafetensors(inside("limited.safetensors"), limited.tensors!);
    assert.deepEqual(await score(2, { detections00000: inside("limited.safetensors") }), Object.fromEntries(Object.entries(await score(2)).map(([set, [one]]) => [set, [one]])));
  });

  it("summarize: mean over the seeds, and resamples that pair across methods", async () => {
    const paths = await prepare();
    const a = await evaluate({ kind: "none", images: 0, seed: 0 }, paths, []);
    writeSafetensors(inside("a.safetensors"), a.tensors!);
    const estimate = async (...results: string[]): Promise<Estimate> => {
      const inputs = Object.fromEntries(results.map((path, k) => [`seed${k}`, path]));
      const { value } = await summarizeKind.run({ sets: [FULL_PRECISION], resamples: 30, seed: 1 }, { paths: { dataset: paths.dataset, ...inputs }, onProgress: () => undefined });
      return (value as unknown as Record<string, Estimate>)[FULL_PRECISION];
    };
    const once = await estimate(inside("a.safetensors"));
    assert.equal(once.samples.length, 30);
    const twice = await estimate(inside("a.safetensors"), inside("a.safetensors"));
    assert.ok(Math.abs(once.mean - twice.mean) < 1e-15);
    once.samples.forEach((x, r) => assert.ok(Math.abs(x - twice.samples[r]) < 1e-15, "the same images in resample r, however many seeds"));
  });

  it("have positive costs that grow with the work", () => {
    const cost = (images: number): number => kinds.distill.cost({ ...distillation, images });
    assert.ok(cost(2) > 0 && cost(20) > cost(2));
    assert.ok(kinds["calibrate-and-evaluate"].cost({ calibration: { kind: "noise", images: 2, seed: 1 }, schemes }) > kinds["calibrate-and-evaluate"].cost({ calibration: { kind: "none", images: 0, seed: 0 }, schemes: [] }));
  });
});
