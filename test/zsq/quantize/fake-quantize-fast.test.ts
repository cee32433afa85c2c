import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { chooseQParams, fakeQuantize, fakeQuantizeFast, normals, type QParams } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";

const ranges: [number, number][] = [[-1, 1], [0, 6], [-2.118, 2.64], [-3, 0], [-0.01, 5], [0, 1e-6], [-1e4, 3e4]];

// values that differ from the double-precision result by a whole step, and the largest difference of the others
function compare(values: Float32Array, qparams: QParams): { steps: number[]; rest: number } {
  const x = tf.tensor1d(values), y = fakeQuantizeFast(x, qparams);
  const expected = fakeQuantize(values, qparams), actual = y.dataSync();
  tf.dispose([x, y]);
  const difference = (i: number): number => Math.abs(actual[i] - expected[i]);
  const steps = [...values.keys()].filter((i) => difference(i) > qparams.scale / 2);
  const rest = values.reduce((worst, _, i) => (steps.includes(i) ? worst : Math.max(worst, difference(i))), 0);
  return { steps, rest };
}

describe("fakeQuantizeFast", () => {
  it("equals fakeQuantize but for values in the middle of two levels, to float32 rounding", () => assertNoLeaks(() => {
    const draws = normals(6, 0, 20_000);
    for (const [min, max] of ranges) {
      for (const bits of [2, 4, 8]) {
        const qparams = chooseQParams(min, max, bits);
        const values = draws.map((x) => x * Math.max(-min, max) * 0.6);
        const { steps, rest } = compare(values, qparams);
        // the kernel computes x - low, divides and multiplies in float32: relative to the range of at most 2^bits steps
        assert.ok(rest <= 2 ** -22 * (max - min), `[${min}, ${max}], ${bits} bits: ${rest}`);
        for (const i of steps) {
          const middle = Math.abs(Math.abs(values[i] / qparams.scale - Math.trunc(values[i] / qparams.scale)) - 0.5);
          assert.ok(middle < 2 ** -22 * 2 ** bits, `[${min}, ${max}], ${bits} bits: ${values[i]} is ${middle} steps off the middle`);
        }
        assert.ok(steps.length <= 2, `[${min}, ${max}], ${bits} bits: ${steps.length} of 20,000 values differ`);
      }
    }
  }));

  it("agrees with the composed single-precision form as often as that one does with fakeQuantize", () => assertNoLeaks(() => tf.tidy(() => {
    const qparams = chooseQParams(-2.5, 4.1), { scale, zeroPoint } = qparams;
    const x = tf.tensor1d(normals(8, 0, 200_000));
    const composed = x.div(scale).round().add(zeroPoint).clipByValue(-128, 127).sub(zeroPoint).mul(scale);
    const differing = fakeQuantizeFast(x, qparams).sub(composed).abs().greater(scale / 2).sum().dataSync()[0];
    assert.ok(differing <= 4, `${differing} of 200,000`);
  })));

  it("keeps 0 and the outermost levels exactly where the zero point is 0", () => assertNoLeaks(() => {
    const x = tf.tensor1d([0, -9, 9]), y = fakeQuantizeFast(x, chooseQParams(-2, 1, 8, { symmetric: true }));
    assert.deepEqual([...y.dataSync()].map(Math.fround), [0, Math.fround((-128 * 2) / 127), 2]);
    tf.dispose([x, y]);
  }));

  it("makes everything 0 where only zeros were seen", () => assertNoLeaks(() => {
    const x = tf.tensor1d([0, 1, -5]), y = fakeQuantizeFast(x, chooseQParams(0, 0));
    assert.ok(y.dataSync().every((value) => Math.abs(value) <= 2 ** -92));
    tf.dispose([x, y]);
  }));

  it("keeps the shape", () => assertNoLeaks(() => {
    const x = tf.ones([2, 3, 1, 2]), y = fakeQuantizeFast(x, chooseQParams(0, 1));
    assert.deepEqual(y.shape, [2, 3, 1, 2]);
    tf.dispose([x, y]);
  }));

  it("refuses levels without 0", () => tf.tidy(() => {
    assert.throws(() => fakeQuantizeFast(tf.zeros([1]), chooseQParams(10, 10.5, 8, { includeZero: false })),
      { message: "fakeQuantizeFast: invalid zero point: -5228; expected -128 to 127; try fakeQuantize" });
  }));
});
