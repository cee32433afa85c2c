import assert from "node:assert/strict";
import { Random, normals } from "zsq";
import { fixtureBatches } from "zsq/dist/parity/fixture-data";
import { Extremes, tailSize, upperPercentile } from "zsq/dist/quantize/percentile";
import { assertClose } from "../../helpers/close";
import { calibrationCases } from "./calibration-fixture";

const extremesOf = (batches: readonly Float32Array[], percentile: number): Extremes => {
  const extremes = new Extremes("x", tailSize(batches.reduce((n, { length }) => n + length, 0), percentile));
  for (const batch of batches) extremes.add(batch);
  return extremes;
};

describe("upperPercentile", () => {
  it("is linear between the neighbours of position (n - 1) p / 100", () => {
    const descending = [8, 4, 2, 1, 0];
    assert.deepEqual([100, 75, 50, 87.5, 0].map((p) => upperPercentile(descending, 5, p)), [8, 4, 2, 6, 0]);
    assert.equal(upperPercentile([8, 4], 5, 87.5), 6); // the largest values suffice
    assert.equal(upperPercentile([3], 1, 99), 3);
  });

  it("needs tailSize values", () => {
    assert.deepEqual([tailSize(5, 100), tailSize(5, 87.5), tailSize(5, 75), tailSize(20_011, 99.99), tailSize(1, 99)], [1, 2, 2, 4, 1]);
  });
});

describe("Extremes", () => {
  for (const reference of calibrationCases) {
    it(`equals numpy's percentiles exactly: ${reference.id}`, () => {
      const batches = fixtureBatches(reference), values = batches.flatMap((batch) => [...batch]);
      const { check, magnitude, two_sided, min, max } = reference;
      assert.deepEqual([...values.slice(0, 6), values[values.length - 1]].map((x) => x + 0), [...check.first, check.last].map((x) => x + 0));
      assertClose([values.reduce((a, b) => a + b, 0)], [check.sum], 1e-12); // numpy adds in another order
      for (const [p, expected] of Object.entries(magnitude)) assert.equal(extremesOf(batches, Number(p)).magnitude(Number(p)), expected, p);
      for (const [p, [low, high]] of Object.entries(two_sided)) {
        const upper = 100 - (100 - Number(p)) / 2, extremes = extremesOf(batches, upper);
        assert.equal(extremes.upper(upper), high, p);
        // numpy takes (100 - p) / 2 of the rising order, we 100 - that of the falling one: the same but for the last bits of p
        assert.ok(Math.abs(extremes.lower(upper) - low) <= 1e-9 * Math.max(Math.abs(low), Math.abs(max - min)), `${p}: ${extremes.lower(upper)}, expected ${low}`);
        assert.equal(extremes.min, min + 0);
        assert.equal(extremes.upper(100), max + 0);
      }
    });
  }

  it("is independent of order and partition", () => {
    const values = normals(1, 0, 3000), n = values.length;
    const shuffled = Float32Array.from(new Random(2).permutation(n), (i) => values[i]);
    const parts = [shuffled.subarray(0, 7), shuffled.subarray(7, 8), shuffled.subarray(8, 2100), shuffled.subarray(2100)];
    const rising = values.slice().sort();
    const results = [[values], parts, [rising], [rising.slice().reverse()]].map((batches) => {
      const x = extremesOf(batches, 99);
      return [x.upper(99), x.lower(99), x.magnitude(99), x.min];
    });
    for (const result of results) assert.deepEqual(result, results[0]);
    assert.equal(results[0][3], rising[0]);
  });

  it("gives the percentiles within the kept ones too", () => {
    const values = normals(1, 0, 3000), x = extremesOf([values], 99);
    assert.equal(x.upper(99.9), extremesOf([values], 99.9).upper(99.9));
  });

  it("never returns -0", () => {
    const x = extremesOf([Float32Array.of(0, 0, 1)], 75);
    assert.ok(Object.is(x.lower(75), 0) && Object.is(x.min, 0));
  });

  it("refuses NaN, infinities, no values, and percentiles it did not keep the values for", () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      assert.throws(() => extremesOf([Float32Array.of(0, value)], 99), { message: `calibrate: invalid x: ${value}; expected finite values` });
    }
    assert.throws(() => new Extremes("input of a", 1).upper(99), { message: "calibrate: missing input of a; expected at least one value" });
    assert.throws(() => extremesOf([normals(1, 0, 1000)], 99.9).upper(98), { message: "calibrate: invalid percentile: 98 of 1000 values; expected one within the 2 kept at each end of x" });
  });

  it("refuses NaN after fine values have raised the threshold", () => {
    const x = new Extremes("x", 1);
    x.add(Float32Array.from({ length: 1000 }, (_, i) => i - 500));
    assert.throws(() => x.add(Float32Array.of(1, NaN)), { message: "calibrate: invalid x: NaN; expected finite values" });
  });
});
