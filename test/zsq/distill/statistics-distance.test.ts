import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { distill, distillPresets, meanLoss, stdLoss } from "zsq";
import { statisticsDistance } from "zsq/dist/distill/statistics-distance";
import { tinyDetector } from "../../helpers/tiny-detector";

describe("statisticsDistance", () => {
  const counts = { images: 3, imageShape: [32, 64] as const, iterations: 1, seed: 2 };

  it("is what distillation minimizes, term by term, without leaving tensors", async () => {
    const detector = tinyDetector();
    const before = tf.memory().numTensors;
    for (const [key, loss] of [["mean", meanLoss], ["std", stdLoss]] as const) {
      const { images, shape, history } = await distill(detector, { ...distillPresets["paper-mean"], loss, ...counts });
      const x = tf.tensor4d(images, shape);
      const distance = statisticsDistance(detector, x)[key];
      x.dispose();
      assert.ok(Math.abs(distance - history[1]) < 1e-5 * history[1], `${key}: ${distance}; ${history[1]}`);
    }
    assert.equal(tf.memory().numTensors, before);
    detector.dispose();
  });

  it("does not depend on how many images run together", () => {
    const detector = tinyDetector();
    const x = tf.randomNormal([5, 32, 64, 3], 0, 1, "float32", 1) as tf.Tensor4D;
    const [a, b] = [statisticsDistance(detector, x, 5), statisticsDistance(detector, x, 2)];
    for (const key of ["mean", "std"] as const) assert.ok(Math.abs(a[key] - b[key]) < 1e-5 * a[key]);
    tf.dispose(x);
    detector.dispose();
  });
});
