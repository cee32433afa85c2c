import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { meanLoss, meanStdLoss, normals, type Detector } from "zsq";
import { DistillObjective, type ObjectiveOptions } from "zsq/dist/distill/objective";
import { InferenceLayers } from "zsq/dist/nn/inference";
import { resnet } from "zsq/dist/nn/resnet";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { referenceDetector, referenceImages, sampleOf, torchReference } from "../../helpers/torch-reference";
import { tinyDetector } from "../../helpers/tiny-detector";

const noise = (n: number, side = 32): tf.Tensor4D => tf.tensor4d(normals(1, 0, n * side * side * 3), [n, side, side, 3]);

/** Total loss and gradient of an objective, as arrays. */
function evaluate(detector: Detector, images: tf.Tensor4D, options: ObjectiveOptions): { loss: number; gradient: Float32Array } {
  const objective = new DistillObjective(detector, options);
  const { value, gradient } = objective.lossGradient(images);
  const result = { loss: tf.tidy(() => value.sum().dataSync()[0]), gradient: gradient.dataSync() as Float32Array };
  tf.dispose([value, gradient]);
  objective.dispose();
  return result;
}

const VARIANTS: [string, ObjectiveOptions][] = [
  ["mean", { loss: meanLoss }],
  ["mean+std", { loss: meanStdLoss }],
  ["mean+std per channel with the image as a layer, unbiased", { loss: meanStdLoss, normalizer: "perChannel", inputLayer: true, variance: "unbiased", epsilon: 1e-6 }],
  ["mean per batch", { loss: meanLoss, normalizer: "perBatch" }],
];

describe("DistillObjective", () => {
  for (const [loss, key] of [[meanLoss, "distillationMean"], [meanStdLoss, "distillationMeanStd"]] as const) {
    it(`gives PyTorch's ${loss.name} loss of each image and its gradient`, async () => {
      const expected = torchReference()[key];
      await assertNoLeaks(() => {
        const [detector, images] = [referenceDetector(), referenceImages()];
        const objective = new DistillObjective(detector, { loss });
        const { value, gradient } = objective.lossGradient(images);
        assert.equal(detector.architecture.ofKind("batchNorm").length, expected.layers);
        assertClose(tf.tidy(() => value.sum(3).dataSync()), expected.loss, 1e-5);
        assertClose(sampleOf(gradient.dataSync()), expected.gradient.values, 1e-4, expected.gradient.absmax);
        tf.dispose([images, value, gradient]);
        objective.dispose();
        detector.dispose();
      });
    });
  }

  for (const [name, options] of VARIANTS) {
    it(`agrees with finite differences: ${name}`, () => {
      const [detector, images] = [tinyDetector(), noise(2)];
      const { gradient } = evaluate(detector, images, options);
      const norm = Math.hypot(...gradient);
      const step = tf.tensor4d(gradient.map((x) => (0.01 * x) / norm), images.shape);
      const [up, down] = [images.add(step), images.sub(step)].map((x) => evaluate(detector, x as tf.Tensor4D, options).loss);
      assertClose([(up - down) / 0.02], [norm], 1e-2); // second order in the step
      detector.dispose();
    });

    for (const n of [1, 2]) {
      it(`agrees with tf.grad of the definition: ${name}, ${n} images`, () => {
        const [detector, images] = [tinyDetector(), noise(n)];
        const { loss, gradient } = evaluate(detector, images, options);
        const expected = tf.valueAndGrad((x: tf.Tensor) => definition(detector, x as tf.Tensor4D, options))(images);
        assertClose([loss], expected.value.dataSync(), 1e-5);
        assertClose(gradient, expected.grad.dataSync(), 1e-4);
        detector.dispose();
      });
    }
  }

  it("names where a value stops being finite", () => {
    const detector = tinyDetector();
    const images = noise(2);
    const objective = new DistillObjective(detector, { loss: meanLoss });
    assert.equal(objective.firstInvalid(images), null);
    const weights = detector.weights as Map<string, tf.Tensor>, name = "backbone.body.layer2.0";
    weights.set(`${name}.conv2.weight`, weights.get(`${name}.conv2.weight`)!.mul(Infinity));
    assert.equal(objective.firstInvalid(images), `batch normalization ${name}.bn2`);
    objective.dispose();
    detector.dispose();
  });

  it("refuses a detector without batch normalization", () => {
    const none = { architecture: { ofKind: () => [] }, weights: new Map() } as unknown as Detector;
    assert.throws(() => new DistillObjective(none, { loss: meanLoss }), { message: /^distill: missing batch normalizations: 0; expected at least 1/ });
  });

  it("leaves no tensors over many iterations", async () => {
    const [detector, images] = [tinyDetector(), noise(1)];
    const objective = new DistillObjective(detector, { loss: meanLoss });
    tf.dispose(Object.values(objective.lossGradient(images)));
    await assertNoLeaks(() => {
      for (let i = 0; i < 100; i++) tf.dispose(Object.values(objective.lossGradient(images)));
    });
    objective.dispose();
    detector.dispose();
  });
});

// The loss by its formula, in operations that tf.grad can differentiate.
function definition({ weights, architecture, config }: Detector, x: tf.Tensor4D, { loss, normalizer = "perLayer", inputLayer = false, variance = "biased", epsilon = 1e-5 }: ObjectiveOptions): tf.Scalar {
  const terms: tf.Tensor[] = [], layers = architecture.ofKind("batchNorm").length, n = x.shape[0];
  const compare = (y: tf.Tensor4D, mean: tf.Tensor, std: tf.Tensor, channels: number): void => {
    const pixels = y.shape[1] * y.shape[2];
    const divisor = { perLayer: layers, sum: 1, perChannel: channels, perBatch: n }[normalizer];
    const observed = y.mean([1, 2]);
    terms.push(observed.sub(mean).square().sum().div(divisor));
    if (!loss.needsStd) return;
    const squares = y.sub(y.mean([1, 2], true)).square().sum([1, 2]).div(Math.max(1, pixels - Number(variance === "unbiased")));
    terms.push(squares.add(epsilon).sqrt().sub(std).square().sum().div(divisor));
  };
  const w = (name: string): tf.Tensor1D => weights.get(name) as tf.Tensor1D;
  class Differentiable extends InferenceLayers {
    override conv(name: string, y: tf.Tensor4D, { kernel, stride = 1 }: { kernel: number; stride?: number }): tf.Tensor4D {
      const p = (kernel - 1) / 2;
      return tf.conv2d(tf.pad(y, [[0, 0], [p, p], [p, p], [0, 0]]), w(`${name}.weight`) as unknown as tf.Tensor4D, stride, "valid");
    }
    override batchNorm(name: string, y: tf.Tensor4D): tf.Tensor4D {
      compare(y, w(`${name}.running_mean`), w(`${name}.running_var`).add(epsilon).sqrt(), y.shape[3]);
      return tf.batchNorm(y, w(`${name}.running_mean`), w(`${name}.running_var`), w(`${name}.bias`), w(`${name}.weight`), 1e-5);
    }
    override relu(y: tf.Tensor4D): tf.Tensor4D { return tf.relu(y); }
    override add(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D { return tf.add(a, b); }
    override maxPool(y: tf.Tensor4D): tf.Tensor4D { return tf.maxPool(tf.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "valid"); }
    override scope(f: () => tf.Tensor4D): tf.Tensor4D { return f(); }
  }
  if (inputLayer) compare(x, tf.zeros([3]), tf.ones([3]), 1);
  resnet(new Differentiable(weights), config.resnet, x);
  return terms.reduce((a, b) => a.add(b)) as tf.Scalar;
}
