import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { chooseQParams, dequantize, fakeQuantize, normals, perAxis, quantize, type QParams } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { calibrationCases, type AffineReference } from "./calibration-fixture";

const bitWidths = [2, 3, 4, 5, 6, 8, 16];

describe("chooseQParams", () => {
  it("gives the paper's scale and zero point", () => {
    assert.deepEqual(chooseQParams(-1, 3), { bits: 8, scale: 4 / 255, zeroPoint: -64 });
    assert.deepEqual(chooseQParams(0, 1.5, 2), { bits: 2, scale: 0.5, zeroPoint: -2 });
  });

  it("rounds the zero point of a symmetric range to even", () => {
    for (const bits of bitWidths) assert.equal(chooseQParams(-1, 1, bits).zeroPoint, 0, `${bits} bits`);
  });

  it("widens the range to contain 0, unless told not to", () => {
    assert.deepEqual(chooseQParams(0.5, 2), chooseQParams(0, 2));
    assert.deepEqual(chooseQParams(-2, -0.5), chooseQParams(-2, 0));
    assert.deepEqual(chooseQParams(10, 10.5, 8, { includeZero: false }), { bits: 8, scale: 0.5 / 255, zeroPoint: -5228 });
  });

  it("quantizes constants exactly, with and without widening", () => {
    for (const includeZero of [true, false]) {
      for (const constant of [3.5, -0.1, 1e-12]) {
        const [value] = fakeQuantize([constant], chooseQParams(constant, constant, 8, { includeZero }));
        assert.ok(Math.abs(value - constant) <= 2 ** -52 * Math.abs(constant), `${constant}: ${value}`);
      }
    }
  });

  it("makes everything 0 where only zeros were seen", () => {
    for (const symmetric of [false, true]) {
      const qparams = chooseQParams(0, 0, 8, { symmetric });
      assert.equal(qparams.scale, 2 ** -100);
      assert.ok(fakeQuantize([0, 1, -5], qparams).every((x) => Math.abs(x) <= 2 ** -92));
    }
  });

  it("symmetric: scales the largest magnitude to the largest integer, zero point 0", () => {
    assert.deepEqual(chooseQParams(-1, 3, 8, { symmetric: true }), { bits: 8, scale: 3 / 127, zeroPoint: 0 });
    assert.deepEqual(chooseQParams(-4, 3, 4, { symmetric: true }), { bits: 4, scale: 4 / 7, zeroPoint: 0 });
  });

  it("refuses bits other than 2 to 16", () => {
    for (const bits of [1, 17, 4.5, NaN]) assert.throws(() => chooseQParams(0, 1, bits), { message: `chooseQParams: invalid bits: ${bits}; expected an integer from 2 to 16` });
  });

  it("refuses ranges that are not finite or turned around", () => {
    for (const [min, max] of [[NaN, 1], [0, NaN], [0, Infinity], [-Infinity, 0], [1, 0]]) {
      assert.throws(() => chooseQParams(min, max), { message: `chooseQParams: invalid range: [${min}, ${max}]; expected finite min <= max` });
    }
  });
});

describe("quantize, dequantize", () => {
  const half: QParams = { bits: 4, scale: 0.5, zeroPoint: 1 };

  it("rounds half to even and clamps", () => {
    assert.deepEqual([...quantize([0, 0.25, 0.75, -0.25, 99, -99], half)], [1, 1, 3, 1, 7, -8]);
    assert.deepEqual([...dequantize([1, 3, 7, -8], half)], [0, 1, 3, -4.5]);
    assert.deepEqual([...fakeQuantize([0, 0.25, 0.75, -0.25, 99, -99], half)], [0, 0, 1, 0, 3, -4.5]);
  });

  it("equals numpy exactly", () => {
    for (const { id, affine_int8 } of calibrationCases) {
      for (const includeZero of [true, false]) {
        const expected: AffineReference | null = includeZero ? affine_int8.with_zero : affine_int8.literal;
        if (!expected) continue;
        const qparams = chooseQParams(expected.min, expected.max, 8, { includeZero });
        assert.deepEqual(qparams, { bits: 8, scale: expected.scale, zeroPoint: expected.zero_point }, id);
        const q = quantize(expected.probe, qparams);
        assert.deepEqual([...q], expected.q, id);
        assert.deepEqual([...dequantize(q, qparams)], expected.dequant, id);
      }
    }
  });

  it("errs by at most half a step inside the range, plus half a step at its ends, and keeps 0", () => {
    const x = normals(3, 0, 5000);
    for (const bits of bitWidths) {
      const qparams = chooseQParams(-2, 3, bits);
      const error = (inside: (value: number) => boolean): number => Math.max(...fakeQuantize([...x], qparams).map((y, i) => (inside(x[i]) ? Math.abs(y - x[i]) : 0)));
      const [lowest, highest] = dequantize([-(2 ** (bits - 1)), 2 ** (bits - 1) - 1], qparams);
      assert.ok(error((value) => value >= lowest && value <= highest) <= qparams.scale * (0.5 + 1e-9), `${bits} bits, between the levels`);
      assert.ok(error((value) => value >= -2 && value <= 3) <= qparams.scale * (1 + 1e-9), `${bits} bits, in the range`);
      assert.equal(fakeQuantize([0], qparams)[0], 0);
    }
  });

  it("changes nothing the second time", () => {
    const qparams = chooseQParams(-2, 3, 5);
    const once = fakeQuantize(normals(4, 0, 1000), qparams);
    assert.deepEqual(fakeQuantize(once, qparams), once);
  });

  it("takes a tensor with one scale per channel", () => assertNoLeaks(() => tf.tidy(() => {
    const x = tf.tensor2d([[1, 10], [0.4, -7]]), qparams = [chooseQParams(0, 1.5, 2), chooseQParams(-10, 20, 2)];
    const q = quantize(x, qparams, perAxis(1));
    assert.deepEqual([q.dtype, q.arraySync()], ["int32", [[0, 0], [-1, -2]]]);
    assert.deepEqual(dequantize(q, qparams, perAxis(1)).arraySync(), [[1, 10], [0.5, -10]]);
    assert.deepEqual(fakeQuantize(x, qparams, perAxis(1)).arraySync(), [[1, 10], [0.5, -10]]);
    assert.deepEqual(fakeQuantize(x, qparams, perAxis(0)).arraySync(), [[1, 1.5], [0, -10]]);
  })));

  it("gives a tensor the values of the array, rounded to float32", () => assertNoLeaks(() => {
    const values = normals(5, 0, 1000), qparams = chooseQParams(-3, 3.3);
    const x = tf.tensor3d(values, [10, 10, 10]), y = fakeQuantize(x, qparams);
    assert.deepEqual(y.shape, [10, 10, 10]);
    assert.deepEqual(y.dataSync(), fakeQuantize(values, qparams));
    tf.dispose([x, y]);
  }));

  it("takes no values", () => assertNoLeaks(() => tf.tidy(() => {
    assert.equal(quantize([], half).length, 0);
    assert.deepEqual(fakeQuantize(tf.zeros([0, 2]), [half, half], perAxis(1)).shape, [0, 2]);
  })));

  it("takes infinities to the outermost levels and refuses NaN", () => {
    assert.deepEqual([...quantize([Infinity, -Infinity], half)], [7, -8]);
    assert.throws(() => quantize([0, NaN], half), { message: "quantize: invalid value: NaN at position 1; expected numbers" });
    assert.throws(() => dequantize([NaN], half), { message: "dequantize: invalid value: NaN at position 0; expected numbers" });
    assert.throws(() => fakeQuantize(new Float32Array([NaN]), half), { message: "fakeQuantize: invalid value: NaN at position 0; expected numbers" });
  });

  it("refuses another number of scales", () => tf.tidy(() => {
    const x = tf.zeros([1, 4, 4, 3]);
    assert.throws(() => quantize(x, [half], perAxis(3)), { message: "quantize: invalid number of scales: 1; expected 3 for axis 3 of [1,4,4,3]" });
    assert.throws(() => fakeQuantize(x, [half, half]), { message: "fakeQuantize: invalid number of scales: 2; expected 1 for the whole tensor" });
    assert.throws(() => dequantize(x, [], perAxis(1)), { message: "dequantize: invalid number of scales: 0; expected 4 for axis 1 of [1,4,4,3]" });
  }));
});
