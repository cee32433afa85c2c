import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { calibrate, initializeDetector, quantizeDetector, QuantizationAware, Random, scheme, schemePresets, Trainer, type TrainingData } from "zsq";
import { Node } from "zsq/dist/nn/tape";
import { fakeQuantGradient } from "zsq/dist/tensor/kernels";
import { QuantizingTape } from "zsq/dist/train/quantization-aware";
import { trainingStep } from "zsq/dist/train/training-step";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyConfig } from "../../helpers/tiny-detector";

const random = new Random(4);
const data: TrainingData = {
  count: 2, height: 32, width: 32,
  pixels: Uint8Array.from({ length: 2 * 32 * 32 * 3 }, () => random.integer(0, 256)),
  targets: [0, 1].map((k) => ({ boxes: Float32Array.of(2 * k, 3, 2 * k + 16, 25), labels: Int32Array.of(1 + (k % 2)) })),
};

describe("fakeQuantGradient", () => {
  it("passes where values lie within the range, and sums what the ends clip", () => assertNoLeaks(() => tf.tidy(() => {
    const x = tf.tensor4d([-2, -1, 0.3, 2, 2.9, 5], [1, 1, 6, 1]), dy = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 6, 1]);
    const { dx, dlow, dhigh } = fakeQuantGradient(dy, x, -1, 3, 8);
    assert.deepEqual([[...dx.dataSync()], dlow.dataSync()[0], dhigh.dataSync()[0]], [[0, 2, 3, 4, 5, 0], 1, 6]);
  })));
});

describe("QuantizingTape", () => {
  it("gives the gradients of the ends that the sum of clipped and rounded values says, and none unless asked to", () => assertNoLeaks(() => tf.tidy(() => {
    const qparams = { bits: 2, scale: 1, zeroPoint: -1 }, kernel = tf.tensor4d([2], [1, 1, 1, 1]); // levels -1, 0, 1, 2
    for (const ends of [undefined, new Map<string, [number, number]>()]) {
      const tape = new QuantizingTape(new Map([["a.weight", kernel]]), new Map([["a", qparams]]), ends), x = new Node(tf.tensor4d([-3, -0.25, 0.75, 5], [1, 1, 4, 1]));
      const y = tape.conv("a", x, { in: 1, out: 1, kernel: 1 });
      assert.deepEqual([...y.value.dataSync()], [-2, 0, 2, 4]);
      y.grad = tf.tensor4d([1, 10, 100, 1000], [1, 1, 4, 1]);
      tape.backward();
      assert.deepEqual([...x.grad!.dataSync()], [0, 20, 200, 0]);
      const finer = (20 * 0.25 + 200 * 0.25) / 3; // errors of rounding 0.25 and 0.25, over a range of 3
      if (ends) assertClose(ends.get("a")!, [2 - finer, 2000 + finer], 1e-6);
    }
  })));
});

describe("QuantizationAware", () => {
  const given = scheme("W4A4");

  it("is ordinary training where nothing is quantized", () => assertNoLeaks(() => tf.tidy(() => {
    const detector = initializeDetector(tinyConfig(), 1), images = noiseImages(2), none = scheme("W32A32");
    const { step } = new QuantizationAware(detector.config, { calibration: calibrate(detector, images), scheme: { ...none, exclude: () => true } });
    const [plain, aware] = [trainingStep, step].map((run) => run(detector.config, detector.weights, images, data.targets));
    assert.deepEqual(aware.loss, plain.loss);
    for (const [name, gradient] of plain.gradients) assert.deepEqual(aware.gradients.get(name)!.dataSync(), gradient.dataSync(), name);
    detector.dispose();
  })));

  it("lowers the loss of the quantized detector, and moves ranges only if asked to", () => assertNoLeaks(async () => {
    for (const rangeRate of [0, 0.01]) {
      const start = initializeDetector(tinyConfig(), 1), images = noiseImages(2), calibration = calibrate(start, images);
      const aware = new QuantizationAware(start.config, { calibration, scheme: given, rangeRate });
      const trainer = new Trainer(start, data, { optimizer: { kind: "adamw", weightDecay: 0 }, schedule: { learningRate: 5e-3, warmUp: 3, decay: "cosine" }, epochs: 16, batchSize: 2, clipNorm: 5, seed: 1, trainingStep: aware.step });
      const losses: number[] = [];
      while (trainer.step < trainer.steps) {
        const { classification, box } = await trainer.trainStep();
        losses.push(classification + box);
      }
      assert.ok(Math.min(...losses.slice(-4)) < 0.9 * losses[0], `${losses.at(-1)} after ${losses[0]}`);
      const moved = [...aware.calibration()].filter(([key, { max }]) => max !== calibration.get(key)!.max).length;
      assert.equal(moved > 0, rangeRate > 0);
      const trained = trainer.detector(), quantized = quantizeDetector(trained, aware.calibration(), given);
      for (const owner of [quantized, trained, trainer, start, images]) owner.dispose();
    }
  }));

  it("refuses what it cannot train", () => {
    const detector = initializeDetector(tinyConfig(), 1), images = noiseImages(1), calibration = calibrate(detector, images);
    assert.throws(() => new QuantizationAware(detector.config, { calibration, scheme: schemePresets.onnxruntime }), { message: "QuantizationAware: unsupported scheme: folded batch norms or outputs quantized; expected inputs alone" });
    assert.throws(() => new QuantizationAware(detector.config, { calibration, scheme: given, rangeRate: -1 }), { message: "QuantizationAware: invalid rangeRate: -1; expected a number >= 0" });
    assert.throws(() => new QuantizationAware(detector.config, { calibration: calibrate(detector, images, { percentile: 99 }), scheme: given }), { message: "quantizeDetector: invalid calibrator of the calibration: percentile 99; expected percentile 99.99, that of the scheme" });
    detector.dispose();
    images.dispose();
  });
});
