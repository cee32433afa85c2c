import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { chooseQParams, fakeQuantize, fakeQuantizeByImage, quantizeDynamically, scheme, schemePresets, type Predictor } from "zsq";
import { assertClose } from "../../helpers/close";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../helpers/tiny-detector";

const logits = (predictor: Predictor, images: tf.Tensor4D): Float32Array => {
  const { classLogits, boxRegression } = predictor.outputs(images), values = classLogits[0].dataSync() as Float32Array;
  tf.dispose([...classLogits, ...boxRegression]);
  return values;
};

describe("fakeQuantizeByImage", () => {
  it("rounds each image over its own minimum and maximum", () => assertNoLeaks(() => tf.tidy(() => {
    const x = noiseImages(3), factors = tf.tensor4d([1, 10, 0.1], [3, 1, 1, 1]), wide = x.mul(factors) as tf.Tensor4D;
    for (const symmetric of [false, true]) {
      const y = fakeQuantizeByImage(wide, 5, symmetric);
      for (let k = 0; k < 3; k++) {
        const values = wide.slice(k, 1).dataSync(), qparams = chooseQParams(Math.min(...values), Math.max(...values), 5, { symmetric });
        assertClose(y.slice(k, 1).dataSync(), fakeQuantize(values as Float32Array, qparams), 1e-5);
      }
    }
  })));

  it("keeps zeros, and what lies on one side of 0", () => assertNoLeaks(() => tf.tidy(() => {
    assert.deepEqual([...fakeQuantizeByImage(tf.zeros([1, 2, 2, 1]), 8).dataSync()], [0, 0, 0, 0]);
    assertClose(fakeQuantizeByImage(tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]), 8).dataSync(), [1, 2, 3, 4], 0.002);
  })));
});

describe("quantizeDynamically", () => {
  it("gives an image what it gives it alone, whatever else is in the batch", () => assertNoLeaks(() => tf.tidy(() => {
    const detector = tinyDetector(), quantized = quantizeDynamically(detector, scheme("W8A8")), images = noiseImages(2);
    const both = logits(quantized, tf.concat([images.slice(0, 1), images.slice(1, 1).mul(5)]) as tf.Tensor4D), alone = logits(quantized, images.slice(0, 1));
    assertClose(both.subarray(0, alone.length), alone, 1e-5);
    assert.equal(quantized.precision, "W8A8");
    quantized.dispose();
    detector.dispose();
  })));

  it("errs more with fewer bits, not at all with 32, and leaves out what the scheme does", () => assertNoLeaks(() => tf.tidy(() => {
    const detector = tinyDetector(), images = noiseImages(2), expected = logits(detector, images);
    const errors = [scheme("W32A32"), scheme("W8A8", { exclude: () => true }), scheme("W32A8"), scheme("W32A4")].map((given) => {
      const quantized = quantizeDynamically(detector, given), values = logits(quantized, images);
      quantized.dispose();
      return Math.hypot(...values.map((value, i) => value - expected[i]));
    });
    assert.deepEqual(errors.slice(0, 2), [0, 0]);
    assert.ok(errors[2] > 0 && errors[3] > 4 * errors[2], errors.join());
    assert.throws(() => quantizeDynamically(detector, schemePresets.onnxruntime), { message: "quantizeDynamically: unsupported scheme: folded batch norms or outputs quantized; expected inputs alone" });
    detector.dispose();
  })));
});
