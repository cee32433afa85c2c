import assert from "node:assert/strict";
import { bootstrapInterval, meanInterval, pairedDifference, standardDeviation, withInterval } from "zsq/dist/study/comparison";

describe("withInterval", () => {
  it("gives the mean and the 2.5th and 97.5th percentile, linear between values", () => {
    const samples = Array.from({ length: 41 }, (_, i) => (40 - i) / 40);
    assert.deepEqual(withInterval({ mean: 0.4, samples }), { mean: 0.4, ci95: [0.025, 0.975] });
    assert.deepEqual(withInterval({ mean: 0.5, samples: [0, 1] }).ci95, [0.025, 0.975]);
  });
  it("is the value itself for a single sample", () => assert.deepEqual(withInterval({ mean: 0.25, samples: [0.25] }), { mean: 0.25, ci95: [0.25, 0.25] }));
  it("refuses an empty estimate", () => assert.throws(() => withInterval({ mean: 0, samples: [] }), /percentile: invalid number of values: 0; expected at least 1/));
});

describe("pairedDifference", () => {
  it("subtracts resample by resample, so that common spread cancels", () => {
    const [a, b] = [{ mean: 0.5, samples: [0.1, 0.9, 0.5] }, { mean: 0.4, samples: [0, 0.8, 0.4] }];
    assert.deepEqual(pairedDifference(a, b), { mean: 0.1, ci95: [0.1, 0.1] });
    assert.deepEqual(pairedDifference(a, a), { mean: 0, ci95: [0, 0] });
  });
  it("refuses estimates of different resamples", () => assert.throws(() => pairedDifference({ mean: 0, samples: [0] }, { mean: 0, samples: [0, 1] }), /pairedDifference: invalid number of samples: 2; expected 1/));
});

describe("bootstrapInterval", () => {
  it("holds the statistic, and is a point where nothing varies", () => {
    assert.deepEqual(meanInterval([2, 2, 2], 50, 1), { mean: 2, ci95: [2, 2] });
    const { mean, ci95: [low, high] } = bootstrapInterval([[1, 2, 3, 4], [1, 1, 1, 1]], ([a, b]) => standardDeviation(a) - standardDeviation(b), 200, 1);
    assert.ok(Math.abs(mean - Math.sqrt(5 / 3)) < 1e-6 && low < mean && high >= mean && low >= 0);
  });
  it("is as wide as theory says of a mean: 2 x 1.96 / sqrt(n)", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i % 2 ? 1 : -1));
    const { ci95: [low, high] } = meanInterval(values, 1000, 3);
    assert.ok(Math.abs(high - low - 3.92 / 20) < 0.02);
  });
});

describe("standardDeviation", () => {
  it("is unbiased under the root, and 0 for one value", () => assert.deepEqual([standardDeviation([1, 2, 3, 4]), standardDeviation([7])], [Math.sqrt(5 / 3), 0]));
});
