import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { distill, distillPresets, meanLoss, meanStdLoss, normals, stepsAt20And75, sumOf, stdLoss } from "zsq";
import { lossGradient } from "zsq/dist/distill/gradient";
import { storedStatistics } from "zsq/dist/distill/statistics";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { referenceDetector, referenceImages, sampleOf, torchReference } from "../../helpers/torch-reference";
import { tinyDetector } from "../../helpers/tiny-detector";

const batchNorms = (detector: ReturnType<typeof tinyDetector>): string[] => detector.architecture.ofKind("batchNorm").map(({ name }) => name);

describe("lossGradient", () => {
  for (const [loss, key] of [[meanLoss, "distillationMean"], [meanStdLoss, "distillationMeanStd"]] as const) {
    it(`gives PyTorch's ${loss.name} loss of each image and its gradient`, async () => {
      const expected = torchReference()[key];
      await assertNoLeaks(() => {
        const [detector, images] = [referenceDetector(), referenceImages()];
        const stored = storedStatistics(detector.weights, batchNorms(detector));
        assert.equal(stored.size, expected.layers);
        const { value, gradient } = lossGradient(detector, stored, loss, images);
        assertClose(value.dataSync(), expected.loss, 1e-5);
        assertClose(sampleOf(gradient.dataSync()), expected.gradient.values, 1e-4, expected.gradient.absmax);
        tf.dispose([images, value, gradient, ...[...stored.values()].flatMap(({ mean, std }) => [mean, std])]);
        detector.dispose();
      });
    });
  }

  it("agrees with finite differences of the loss", () => {
    const [detector, images] = [tinyDetector(), tf.tensor4d(normals(1, 0, 2 * 32 * 32 * 3), [2, 32, 32, 3])];
    const stored = storedStatistics(detector.weights, batchNorms(detector));
    const lossAt = (x: tf.Tensor): number => tf.tidy(() => lossGradient(detector, stored, meanStdLoss, x as tf.Tensor4D).value.sum().dataSync()[0]);
    const slopes = tf.tidy(() => {
      const { gradient } = lossGradient(detector, stored, meanStdLoss, images);
      const norm = gradient.norm().dataSync()[0], step = gradient.mul(0.01 / norm);
      return tf.tensor1d([norm, (lossAt(images.add(step)) - lossAt(images.sub(step))) / 0.02]);
    });
    const [analytic, numeric] = slopes.dataSync();
    assertClose([numeric], [analytic], 1e-2); // second order in the step
    tf.dispose([images, slopes, ...[...stored.values()].flatMap(({ mean, std }) => [mean, std])]);
    detector.dispose();
  });
});

describe("distill", () => {
  const options = { ...distillPresets["paper-mean"], images: 3, imageShape: [32, 32] as const, iterations: 12, seed: 5 };

  it("lowers the loss of every preset and leaves no tensors", async () => {
    await assertNoLeaks(async () => {
      const detector = tinyDetector();
      for (const preset of Object.values(distillPresets)) {
        const { history, shape, images } = await distill(detector, { ...options, ...preset });
        assert.deepEqual(shape, [3, 32, 32, 3]);
        assert.equal(images.length, 3 * 32 * 32 * 3);
        assert.equal(history.length, 13);
        assert.ok(history[12] < 0.5 * history[0], `${history[12]} after ${history[0]}`);
      }
      detector.dispose();
    });
  });

  it("starts image k from the same noise whatever the batch", async () => {
    const detector = tinyDetector();
    const { images } = await distill(detector, { ...options, iterations: 0 });
    const { images: last } = await distill(detector, { ...options, iterations: 0, images: 1, firstImage: 2 });
    assert.deepEqual(last, images.slice(2 * 32 * 32 * 3));
    detector.dispose();
  });

  it("gives each image the result it has on its own", async () => {
    const detector = tinyDetector();
    const { images } = await distill(detector, options);
    const { images: single } = await distill(detector, { ...options, batchSize: 1 });
    assertClose(single, images, 1e-3); // sums in another order, amplified by 12 steps of Adam
    detector.dispose();
  });

  it("keeps snapshots of one trajectory", async () => {
    const detector = tinyDetector();
    const { snapshots } = await distill(detector, { ...options, snapshots: [4, 12] });
    const { images } = await distill(detector, { ...options, iterations: 4 });
    assert.deepEqual(snapshots.get(4), images);
    assert.deepEqual(snapshots.get(12), (await distill(detector, options)).images);
    detector.dispose();
  });

  it("stops on request", async () => {
    const detector = tinyDetector();
    const signal = AbortSignal.abort();
    await assertNoLeaks(() => assert.rejects(distill(detector, { ...options, signal }), { message: "distill: stopped on request" }));
    detector.dispose();
  });

  it("refuses options that make no sense", async () => {
    const detector = tinyDetector();
    await assert.rejects(distill(detector, { ...options, images: 0 }), { message: "distill: invalid images: 0; expected an integer >= 1" });
    await assert.rejects(distill(detector, { ...options, iterations: 1.5 }), { message: "distill: invalid iterations: 1.5; expected an integer >= 0" });
    await assert.rejects(distill(detector, { ...options, learningRate: 0 }), { message: "distill: invalid learningRate: 0; expected > 0" });
    await assert.rejects(distill(detector, { ...options, snapshots: [13] }), { message: "distill: invalid snapshot: 13; expected in [1, 12]" });
    detector.dispose();
  });
});

describe("losses and schedules", () => {
  it("measures the squared distance of the statistics", () => {
    const one = (x: number): tf.Tensor => tf.tensor([x, 2 * x], [1, 1, 1, 2]);
    const { value, byMean, byStd } = sumOf(meanLoss, stdLoss).term({ mean: one(1), std: one(3) }, { mean: tf.tensor1d([0, 0]), std: tf.tensor1d([1, 1]) }, 2);
    assert.deepEqual([...value.dataSync()], [(1 + 4 + 4 + 25) / 2]);
    assert.deepEqual([...byMean!.dataSync()], [1, 2]);
    assert.deepEqual([...byStd!.dataSync()], [2, 5]);
  });

  it("divides the rate by 5 at 20 and at 75", () => {
    assert.deepEqual([19, 20, 74, 75].map((i) => Math.round(stepsAt20And75(i, 100) * 1e6) / 1e6), [1, 0.2, 0.2, 0.04]);
  });
});
