import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { focalLoss, giouLoss } from "zsq/dist/train/losses";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";

const giou = (a: number[], b: number[]): number => tf.tidy(() => giouLoss(tf.tensor2d([a]), tf.tensor2d([b]), tf.tensor2d([[1]])).dataSync()[0]);

describe("focalLoss", () => {
  it("is alpha (1 - p)^2 (-log p) by hand", () => {
    const { value, grad } = focalLoss(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 0]]), tf.tensor2d([[1]]));
    assertClose([value.dataSync()[0]], [(0.25 + 0.75) * 0.25 * Math.log(2)], 1e-6);
    tf.dispose([value, grad]);
  });

  it("has the gradient that tf.grad finds, also far from 0", async () => {
    await assertNoLeaks(() => {
      const logits = tf.tensor2d([-40, -3, -0.1, 0.2, 4, 40], [3, 2]), targets = tf.tensor2d([0, 1, 0, 1, 0, 1], [3, 2]), weights = tf.tensor2d([1, 0.5, 0], [3, 1]);
      const reference = (x: tf.Tensor): tf.Tensor => tf.tidy(() => {
        const p = x.sigmoid(), pt = p.mul(targets).add(tf.sub(1, p).mul(tf.sub(1, targets)));
        const ce = tf.relu(x).sub(x.mul(targets)).add(tf.softplus(tf.neg(tf.abs(x))));
        return targets.mul(-0.5).add(0.75).mul(tf.sub(1, pt).square()).mul(ce).mul(weights).sum();
      });
      const { value, grad } = focalLoss(logits, targets, weights);
      const expected = tf.valueAndGrad(reference)(logits);
      assertClose(value.dataSync(), expected.value.dataSync(), 1e-5);
      assertClose(grad.dataSync(), expected.grad.dataSync(), 1e-5);
      tf.dispose([logits, targets, weights, value, grad, expected.value, expected.grad]);
    });
  });
});

describe("giouLoss", () => {
  it("is 0 for equal boxes, 1 for touching ones, towards 2 far apart", () => {
    assertClose([giou([0, 0, 4, 4], [0, 0, 4, 4])], [0], 1e-6, 1);
    assertClose([giou([0, 0, 4, 4], [4, 0, 8, 4])], [1], 1e-6, 1);
    assert.ok(giou([0, 0, 1, 1], [1000, 0, 1001, 1]) > 1.99);
  });

  it("is 1 - (1/7 - 2/9) for two overlapping squares", () => {
    assertClose([giou([0, 0, 2, 2], [1, 1, 3, 3])], [1 - (1 / 7 - 2 / 9)], 1e-6);
  });

  it("is symmetric", () => {
    assertClose([giou([0, 1, 5, 4], [2, 2, 9, 8])], [giou([2, 2, 9, 8], [0, 1, 5, 4])], 1e-6);
  });
});
