import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { imageRange, perAxis, rangesOf } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";

describe("rangesOf", () => {
  it("gives minimum and maximum of a tensor, a column and a row", () => assertNoLeaks(() => {
    const x = tf.tensor2d([[1, -2], [3, 4]]);
    assert.deepEqual(rangesOf(x), [{ min: -2, max: 4 }]);
    assert.deepEqual(rangesOf(x, perAxis(1)), [{ min: 1, max: 3 }, { min: -2, max: 4 }]);
    assert.deepEqual(rangesOf(x, perAxis(0)), [{ min: -2, max: 1 }, { min: 3, max: 4 }]);
    x.dispose();
  }));

  it("gives the value of a scalar and of a constant", () => assertNoLeaks(() => tf.tidy(() => {
    assert.deepEqual(rangesOf(tf.scalar(-3)), [{ min: -3, max: -3 }]);
    assert.deepEqual(rangesOf(tf.zeros([2, 2])), [{ min: 0, max: 0 }]);
  })));

  it("refuses empty tensors, NaN and infinities", () => tf.tidy(() => {
    assert.throws(() => rangesOf(tf.tensor2d([], [0, 3])), { message: "rangesOf: invalid shape: [0,3]; expected at least one value" });
    assert.throws(() => rangesOf(tf.tensor1d([1, NaN])), { message: "rangesOf: invalid value: NaN at position 1; expected finite values" });
    assert.throws(() => rangesOf(tf.tensor1d([-Infinity])), { message: "rangesOf: invalid value: -Infinity at position 0; expected finite values" });
  }));
});

describe("imageRange", () => {
  it("goes from the lowest black to the highest white", () => {
    assert.deepEqual(imageRange({ mean: [0.5, 0.25], std: [0.25, 0.25] }), { min: -2, max: 3 });
  });

  it("is -2.118 to 2.64 for ImageNet's mean and deviation", () => {
    const { min, max } = imageRange({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    assert.equal(min, -0.485 / 0.229);
    assert.equal(max, (1 - 0.406) / 0.225);
  });
});
