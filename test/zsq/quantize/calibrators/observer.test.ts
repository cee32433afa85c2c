import assert from "node:assert/strict";
import { entropy, histogramPercentile, l2Search, meanSquaredError, minMax, movingAverage, percentile, type ActivationRange, type CalibratorSpec } from "zsq";
import { fixtureBatches, type FixtureData } from "zsq/dist/parity/fixture-data";
import { createObserver } from "zsq/dist/quantize/calibrators/observer";
import { readFixture } from "../../../helpers/fixture";

interface Case extends FixtureData {
  id: string;
  exact: { amax: number; abs_percentile_linear: Record<string, number> };
  onnxruntime?: Record<string, [number, number]>;
  torch_ao_histogram_observer?: { min: number; max: number };
}

const { cases } = readFixture<{ cases: Case[] }>("zsq", "calibrators", "calibration.json");

function rangeOf(spec: CalibratorSpec, batches: readonly Float32Array[]): ActivationRange {
  const observer = createObserver(spec, "values", batches.reduce((sum, { length }) => sum + length, 0));
  for (const batch of batches) observer.add(batch);
  return observer.range();
}

const joined = (batches: readonly Float32Array[]): Float32Array => Float32Array.from(batches.flatMap((batch) => [...batch]));
const near = (actual: number, expected: number, tolerance: number, where: string): void => assert.ok(Math.abs(actual - expected) <= tolerance, `${where}: ${actual}, expected ${expected} within ${tolerance}`);

describe("createObserver", () => {
  const independent: CalibratorSpec[] = [percentile(99.9), minMax(), histogramPercentile(99.9), entropy(8), meanSquaredError(4), l2Search(8)];

  it("depends on the values alone, not on their order or batches, but for the moving average", () => {
    for (const each of cases.filter(({ sizes, family }) => sizes.length > 1 && ["heavy_tail", "relu_gauss", "neg_only"].includes(family))) {
      const batches = fixtureBatches(each), all = joined(batches);
      for (const spec of independent) {
        const expected = rangeOf(spec, batches);
        for (const other of [[...batches].reverse(), [all.subarray(0, 1), all.slice(1).reverse()]]) assert.deepEqual(rangeOf(spec, other), expected, `${each.id} ${spec.method}`);
      }
    }
  });

  it("takes percentiles from the histogram within one bin of the exact ones", () => {
    for (const each of cases) {
      const batches = fixtureBatches(each), bin = each.exact.amax / 2048;
      for (const [p, expected] of Object.entries(each.exact.abs_percentile_linear)) {
        const range = rangeOf(histogramPercentile(Number(p)), batches), exact = rangeOf(percentile(Number(p)), batches);
        near(range.magnitude, expected, bin, `${each.id} ${p}`);
        near(range.min, exact.min, bin, `${each.id} ${p}`);
        near(range.max, exact.max, bin, `${each.id} ${p}`);
      }
      assert.deepEqual(rangeOf(histogramPercentile(100), batches), rangeOf(minMax(), batches), each.id);
    }
  });

  it("gives ONNX Runtime's percentiles in its mode", () => {
    for (const each of cases) {
      const batches = fixtureBatches(each);
      for (const p of each.onnxruntime ? ["99.0", "99.9", "99.99", "99.999"] : []) {
        const range = rangeOf(histogramPercentile(Number(p), "onnxruntime"), batches), tolerance = 2e-6 * each.exact.amax;
        const [min, max] = each.onnxruntime![`percentile_asym_${p}`];
        near(range.min, min, tolerance, `${each.id} ${p} min`);
        near(range.max, max, tolerance, `${each.id} ${p} max`);
        const [left, right] = each.onnxruntime![`percentile_sym_${p}`]; // it cuts [-T, T] to what was seen, then takes the larger end
        near(range.magnitude, Math.max(-left, right), each.exact.amax / 2048, `${each.id} ${p} magnitude`); // its float32 edges drift by less than a bin
      }
    }
  });

  it("gives torch.ao's range in its mode", () => {
    for (const each of cases.filter(({ torch_ao_histogram_observer: known }) => known)) {
      const { min, max } = each.torch_ao_histogram_observer!, batches = fixtureBatches(each), bin = (2 * each.exact.amax) / 2048;
      const range = rangeOf(l2Search(8, "torch"), batches);
      near(range.min, min, bin, `${each.id} min`);
      near(range.max, max, bin, `${each.id} max`);
    }
  });

  it("clips a lone outlier where that costs least", () => {
    const values = Float32Array.from({ length: 20_000 }, (_, i) => (i % 100) / 100 - 0.5);
    const [low, high] = [-0.5, 0.49];
    values[7] = 3;
    for (const spec of [meanSquaredError(4), l2Search(4)]) {
      const { min, max } = rangeOf(spec, [values]);
      assert.ok(max >= high - 0.05 && max < 2.5 && min <= low + 0.05, `${spec.method}: [${min}, ${max}]`);
    }
    assert.deepEqual(rangeOf(minMax(), [values]), { min: low, max: 3, magnitude: 3 });
  });

  it("averages minimum and maximum of batches exponentially", () => {
    assert.deepEqual(rangeOf(movingAverage(0.25), [Float32Array.of(-1, 3), Float32Array.of(-5, 7)]), { min: -2, max: 4, magnitude: 4 });
  });

  it("keeps constants and zeros as they are", () => {
    for (const spec of [...independent, movingAverage(), entropy(8, "pytorch-quantization"), l2Search(8, "torch")]) {
      assert.deepEqual(rangeOf(spec, [new Float32Array(9)]), { min: 0, max: 0, magnitude: 0 }, `${spec.method} of zeros`);
      const { min, max } = rangeOf(spec, [new Float32Array(9).fill(3.5)]);
      near(max, 3.5, 3.5 / 2000, spec.method);
      assert.ok(min <= max, spec.method);
    }
  });

  it("refuses values that are not finite, and no values", () => {
    const specs: CalibratorSpec[] = [...independent, movingAverage(), histogramPercentile(99, "onnxruntime"), meanSquaredError(8, "pytorch-quantization"), l2Search(8, "torch")];
    for (const spec of specs) {
      for (const value of [NaN, Infinity, -Infinity]) assert.throws(() => rangeOf(spec, [Float32Array.of(1, value)]), { message: `calibrate: invalid values: ${value}; expected finite values` }, spec.method);
      assert.throws(() => createObserver(spec, "values", 5).range(), { message: "calibrate: missing values; expected at least one value" }, spec.method);
    }
  });
});
