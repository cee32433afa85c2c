import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-node-gpu";
import {
  bitsSweep, calibrate, chooseQParams, compareSources, fakeQuantize, fineTuneQuantized, firstPictures, initializeDetector, kernelNoise, labelledBoxes, normalizeImages, openDataset, pictures, precisionRecall, rangeRatios,
  scheme, type CocoJson, type Detections, type ImageDataset,
} from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { suiteFolder } from "../../helpers/suite-folder";
import { writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { noiseImages, tinyConfig, tinyDetector } from "../../helpers/tiny-detector";

const detectionsOf = (rows: readonly { image?: number; box: number[]; score: number; label?: number }[]): Detections => ({
  imageIndex: Int32Array.from(rows, ({ image = 0 }) => image), boxes: Float32Array.from(rows.flatMap(({ box }) => box)), scores: Float32Array.from(rows, ({ score }) => score), labels: Int32Array.from(rows, ({ label = 1 }) => label),
});
const A = [0, 0, 10, 10], B = [20, 0, 30, 10], NOWHERE = [40, 20, 50, 30];

describe("measurements of the course", () => {
  const folder = suiteFolder();
  const dataset = async (boxes?: number[][]): Promise<ImageDataset> => {
    const path = await writeSyntheticDataset(folder, { images: 9, framesPerClip: 1 });
    if (!boxes) return openDataset(path);
    const coco = JSON.parse(readFileSync(path, "utf8")) as CocoJson;
    coco.annotations = boxes.map(([x1, y1, x2, y2], i) => ({ id: i + 1, image_id: 10, category_id: 1, bbox: [x1, y1, x2 - x1, y2 - y1], area: 100, iscrowd: 0 }));
    writeFileSync(path, JSON.stringify(coco));
    return openDataset(path);
  };

  it("precisionRecall gives the average precision of the example by hand, 0.835", async () => {
    const found = detectionsOf([{ box: A, score: 0.9 }, { box: NOWHERE, score: 0.8 }, { box: B, score: 0.7 }]);
    const { raw, interpolated, ap } = precisionRecall(found, await dataset([A, B]), { category: "one", limit: 1 });
    assert.deepEqual(raw, [{ recall: 0.5, precision: 1 }, { recall: 0.5, precision: 0.5 }, { recall: 1, precision: 2 / 3 }]);
    assert.ok(Math.abs(ap - (51 + (50 * 2) / 3) / 101) < 1e-9);
    assert.equal(interpolated.length, 101);
    assert.ok(Math.abs(interpolated.reduce((sum, { precision }) => sum + precision, 0) / 101 - ap) < 1e-12);
  });

  it("precisionRecall refuses an unknown category", async () => {
    const set = await dataset([A]);
    assert.throws(() => precisionRecall(detectionsOf([]), set, { category: "three" }), { message: "precisionRecall: unknown category: three; expected one of one, two" });
  });

  it("labelledBoxes finds each object once, by falling score, and leaves out weak detections and other images", async () => {
    const found = detectionsOf([{ box: A, score: 0.9 }, { box: A, score: 0.8 }, { box: NOWHERE, score: 0.5 }, { box: B, score: 0.1 }, { image: 1, box: B, score: 0.9 }]);
    const boxes = labelledBoxes(found, await dataset([A, B]), 0);
    assert.deepEqual(boxes.map(({ kind, label }) => `${kind}: ${label}`), ["truth: one", "truth: one", "hit: one 0.90", "false alarm: one 0.80", "false alarm: one 0.50"]);
    assert.deepEqual(boxes[2].box, A);
  });

  it("kernelNoise is the ratio of signal to rounding noise, and less noisy with more bits", () => assertNoLeaks(() => {
    const detector = tinyDetector(), rows = kernelNoise(detector, "backbone.body.conv1", [4, 8]);
    assert.deepEqual(rows.map(({ method, bits }) => `${method} ${bits}`), ["one scale 4", "one scale 8", "one scale per output channel 4", "one scale per output channel 8"]);
    const x = Array.from(detector.weights.get("backbone.body.conv1.weight")!.dataSync()), y = fakeQuantize(x, chooseQParams(Math.min(...x), Math.max(...x), 4));
    const sum = (of: (value: number, i: number) => number): number => x.reduce((total, value, i) => total + of(value, i), 0);
    assert.ok(Math.abs(rows[0].value - 10 * Math.log10(sum((value) => value ** 2) / sum((value, i) => (value - y[i]) ** 2))) < 1e-3);
    assert.ok(rows[1].value > rows[0].value + 18 && rows[2].value > rows[0].value);
    detector.dispose();
  }));

  it("bitsSweep gives what quantizing so gives, and leaves no tensor", () => assertNoLeaks(async () => {
    const detector = tinyDetector(), images = noiseImages(1), seen: string[] = [];
    const evaluate = (predictor: object): Promise<number> => Promise.resolve(seen.push((predictor as { precision: string }).precision) / 100);
    const rows = await bitsSweep(detector, calibrate(detector, images), evaluate, [3, 4]);
    assert.deepEqual(seen, ["W8A3", "W8A4", "W3A8", "W4A8"]);
    assert.deepEqual(rows.map(({ bits, value }) => [bits, Math.round(value)]), [[3, 1], [4, 2], [3, 3], [4, 4]]);
    detector.dispose();
    images.dispose();
  }));

  it("rangeRatios compares the widths of ranges that contain 0 with the first", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = noiseImages(2), double = images.mul<tf.Tensor4D>(2);
    const rows = rangeRatios({ real: calibrate(detector, images), noise: calibrate(detector, double) });
    assert.equal(rows.length, calibrate(detector, images).size);
    assert.ok(rows.every(({ source, ratio }) => source === "noise" && ratio > 0));
    assert.ok(Math.abs(rows[0].ratio - 2) < 1e-6, String(rows[0].ratio));
    detector.dispose();
    tf.dispose([images, double]);
  }));

  it("compareSources starts with full precision, pairs the same images, and leaves no tensor", async () => {
    const set = await dataset();
    await assertNoLeaks(async () => {
      const detector = tinyDetector(), real = noiseImages(2, 32, 64), done: number[] = [];
      const rows = await compareSources(detector, { real, noise: real }, set, { schemes: [scheme("W32A32"), scheme("W8A4")], limit: 4, resamples: 20, seed: 1, onProgress: (now) => done.push(now.done) });
      assert.deepEqual(rows.map(({ precision, source }) => `${precision} ${source}`), ["W32A32 none", "W32A32 real", "W32A32 noise", "W8A4 real", "W8A4 noise"]);
      assert.equal(rows[0].loss, null);
      assert.deepEqual(rows[1].loss, { mean: 0, low: 0, high: 0 }, "nothing quantized, nothing lost");
      assert.deepEqual(rows[3].map, rows[4].map, "the same images calibrate alike");
      assert.deepEqual(done, [0, 1, 2, 3, 4, 5]);
      detector.dispose();
      real.dispose();
    });
  });

  it("fineTuneQuantized trains for so many steps, leaves the start as it is, and gives back what it allocates", async () => {
    const set = await dataset();
    await assertNoLeaks(async () => {
      const start = initializeDetector(tinyConfig(), 1), { pixels, shape } = await set.load([0, 1]), images = normalizeImages(pixels, shape, start.config.image);
      const before = start.weights.get("backbone.body.conv1.weight")!.dataSync().slice();
      const { quantized, detector, losses } = await fineTuneQuantized(start, set, { calibration: calibrate(start, images), scheme: scheme("W8A4"), images: 8, steps: 3, seed: 1 });
      assert.equal(losses.length, 3);
      assert.ok(losses.every(Number.isFinite));
      assert.equal(quantized.precision, "W8A4");
      assert.deepEqual(start.weights.get("backbone.body.conv1.weight")!.dataSync(), before);
      assert.notDeepEqual(detector.weights.get("backbone.body.conv1.weight")!.dataSync(), before);
      quantized.dispose();
      detector.dispose();
      start.dispose();
      images.dispose();
    });
  });

  it("pictures are JPEGs of each image, from tensors and from arrays alike", () => assertNoLeaks(async () => {
    const images = noiseImages(2), { image } = tinyConfig(), all = await pictures(images, image);
    assert.equal(all.length, 2);
    assert.ok(all.every((uri) => uri.startsWith("data:image/jpeg;base64,/9j/")));
    assert.deepEqual(await pictures({ data: images.dataSync() as Float32Array, shape: images.shape }, image), all);
    assert.deepEqual(await firstPictures({ noise: images }, image), [{ label: "noise", picture: all[0] }]);
    images.dispose();
  }));
});
