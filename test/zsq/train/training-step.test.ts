import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { anchorBoxes } from "zsq/dist/nn/anchors";
import { matchAnchors, BACKGROUND, IGNORED } from "zsq/dist/train/matcher";
import { trainingStep } from "zsq/dist/train/training-step";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { referenceConfig, referenceDetector, referenceImages, referenceTargets, torchReference } from "../../helpers/torch-reference";

describe("trainingStep", () => {
  it("gives PyTorch's losses and gradients of every parameter", async () => {
    const { training } = torchReference();
    await assertNoLeaks(() => {
      const [detector, images] = [referenceDetector(), referenceImages()];
      const { loss, gradients, batchStatistics } = trainingStep(referenceConfig, detector.weights, images, referenceTargets);
      assertClose([loss.classification, loss.box], [training.classification, training.box], 1e-5);
      const names = Object.keys(training.gradientNorms);
      assert.deepEqual([...gradients.keys()].sort(), names.sort());
      const norms = names.map((name) => tf.tidy(() => gradients.get(name)!.norm().dataSync()[0]));
      // a ReLU that another order of summation flips changes the gradients of the few layers before it: those may differ more
      const differences = names.map((name, k) => Math.abs(norms[k] - training.gradientNorms[name]) / (training.gradientNorms[name] + 1e-3)).sort((a, b) => a - b);
      assert.ok(differences[Math.floor(0.9 * names.length)] < 1e-4, `nine of ten parameters: ${differences[Math.floor(0.9 * names.length)]}`);
      assert.ok(differences.at(-1)! < 0.1, `all parameters: ${differences.at(-1)}`);
      tf.dispose([images, ...gradients.values(), ...[...batchStatistics.values()].flatMap(({ mean, variance }) => [mean, variance])]);
      detector.dispose();
    });
  });

  it("reports the batch's mean and unbiased variance", () => {
    const [detector, images] = [referenceDetector(), referenceImages()];
    const { gradients, batchStatistics } = trainingStep(referenceConfig, detector.weights, images, referenceTargets);
    const convolved = tf.tidy(() => tf.conv2d(tf.pad(images, [[0, 0], [3, 3], [3, 3], [0, 0]]), detector.weights.get("backbone.body.conv1.weight") as tf.Tensor4D, 2, "valid"));
    const { mean, variance } = tf.moments(convolved, [0, 1, 2]);
    const count = 2 * 32 * 32, stem = batchStatistics.get("backbone.body.bn1")!;
    assertClose(stem.mean.dataSync(), mean.dataSync(), 1e-5);
    assertClose(stem.variance.dataSync(), variance.mul(count / (count - 1)).dataSync(), 1e-5);
    tf.dispose([images, convolved, mean, variance, ...gradients.values(), ...[...batchStatistics.values()].flatMap((s) => [s.mean, s.variance])]);
    detector.dispose();
  });
});

describe("matchAnchors", () => {
  it("gives torchvision's matches", () => {
    const anchors = anchorBoxes(referenceConfig.anchors, [64, 64], [[16, 16], [8, 8], [4, 4], [2, 2]]);
    torchReference().training.matches.forEach((expected, image) => {
      const match = matchAnchors(anchors, referenceTargets[image].boxes);
      const indices = [...match.keys()].filter((a) => match[a] >= 0);
      assert.deepEqual(indices, expected.indices);
      assert.deepEqual(indices.map((a) => match[a]), expected.boxes);
      assert.equal(match.filter((m) => m === IGNORED).length, expected.ignored);
    });
  });

  it("keeps the best anchor of a box that none overlaps by half", () => {
    const anchors = Float32Array.of(0, 0, 10, 10, 20, 20, 30, 30);
    assert.deepEqual([...matchAnchors(anchors, Float32Array.of(8, 8, 12, 12))], [0, BACKGROUND]);
  });

  it("finds only background in an empty image", () => {
    assert.deepEqual([...matchAnchors(Float32Array.of(0, 0, 10, 10), new Float32Array(0))], [BACKGROUND]);
  });
});
