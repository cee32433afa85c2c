import assert from "node:assert/strict";
import { arithmetics, chooseQParams, type ArithmeticName } from "zsq";
import { readFixture } from "../../helpers/fixture";

interface Reference { scale: number; zero_point: number; x: number[]; q: number[] }
interface Case { min: number; max: number; onnxruntime: Record<string, Reference>; tflite: Record<string, Reference | null>; "pytorch-quantization": Record<string, Reference> }

const { cases } = readFixture<{ cases: Case[] }>("zsq", "quantize", "arithmetic.json");

function assertEqual(name: ArithmeticName, { min, max }: Case, reference: Reference | null, options: { symmetric?: boolean; narrow?: boolean }): void {
  if (!reference) return;
  const chosen = arithmetics[name].choose({ min, max }, { bits: 8, ...options });
  const where = `${name} ${JSON.stringify(options)} [${min}, ${max}]`;
  assert.ok(Math.abs(chosen.scale - reference.scale) <= 1e-15 * reference.scale, `${where}: scale ${chosen.scale}, expected ${reference.scale}`);
  assert.equal(chosen.zeroPoint, reference.zero_point, `${where}: zero point`);
  assert.deepEqual([...arithmetics[name].quantize(Float32Array.from(reference.x), chosen)], reference.q, where);
}

describe("arithmetics", () => {
  it("onnxruntime gives its scales, zero points and integers", () => {
    for (const each of cases) {
      assertEqual("onnxruntime", each, each.onnxruntime.asymmetric, {});
      assertEqual("onnxruntime", each, each.onnxruntime.symmetric, { symmetric: true, narrow: true });
    }
  });

  it("tflite rounds halves away from 0", () => {
    for (const each of cases) {
      assertEqual("tflite", each, each.tflite.asymmetric, {});
      assertEqual("tflite", each, each.tflite.symmetric, { symmetric: true, narrow: true });
    }
    const halves = Float32Array.of(0.5, 1.5, -0.5, -1.5), ofOne = { bits: 8, scale: 1, zeroPoint: 0 };
    assert.deepEqual([...arithmetics.tflite.quantize(halves, ofOne)], [1, 2, -1, -2]);
    assert.deepEqual([...arithmetics.onnxruntime.quantize(halves, ofOne)], [0, 2, 0, -2]);
  });

  it("pytorch-quantization multiplies by the float32 factor", () => {
    for (const each of cases) {
      assertEqual("pytorch-quantization", each, each["pytorch-quantization"].wide, {});
      assertEqual("pytorch-quantization", each, each["pytorch-quantization"].narrow, { narrow: true });
    }
    const options = { bits: 8, symmetric: false };
    assert.throws(() => arithmetics["pytorch-quantization"].choose({ min: -1, max: 3 }, options), { message: "chooseQParams: unsupported asymmetric pytorch-quantization; expected symmetric: true, which is all it has" });
  });

  it("paper is chooseQParams", () => assert.deepEqual(arithmetics.paper.choose({ min: -1, max: 3 }, { bits: 4 }), chooseQParams(-1, 3, 4)));

  it("agree to one level with one another, at every width", () => {
    const x = Float32Array.from({ length: 500 }, (_, i) => -1.3 + i * 0.011);
    for (let bits = 2; bits <= 8; bits++) {
      const all = (["paper", "onnxruntime", "tflite"] as const).map((name) => {
        const qparams = arithmetics[name].choose({ min: -1, max: 4 }, { bits });
        return Array.from(arithmetics[name].quantize(x, qparams), (q) => (q - qparams.zeroPoint) * qparams.scale);
      });
      for (const other of all) other.forEach((value, i) => assert.ok(Math.abs(value - all[0][i]) <= 1.001 * (5 / (2 ** bits - 1)), `${bits} bits, ${x[i]}`));
    }
  });

  it("refuse ranges that are none, and NaN", () => {
    for (const name of ["paper", "onnxruntime", "tflite"] as const) {
      assert.throws(() => arithmetics[name].choose({ min: 2, max: 1 }, { bits: 8 }), { message: "chooseQParams: invalid range: [2, 1]; expected finite min <= max" });
      assert.throws(() => arithmetics[name].choose({ min: NaN, max: 1 }, { bits: 8 }), /chooseQParams: invalid range: \[NaN, 1\]/);
      assert.throws(() => arithmetics[name].quantize(Float32Array.of(0, NaN), { bits: 8, scale: 1, zeroPoint: 0 }), { message: "quantize: invalid value: NaN at position 1; expected numbers" });
      assert.throws(() => arithmetics[name].quantize(Float32Array.of(0), { bits: 8, scale: 0, zeroPoint: 0 }), { message: "quantize: invalid scale: 0; expected a finite number > 0" });
    }
  });
});
