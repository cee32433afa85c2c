import assert from "node:assert/strict";
import { calibrationFigures } from "zsq/dist/parity/calibration-figures";
import { fixtureBatches, type FixtureData } from "zsq/dist/parity/fixture-data";
import { absoluteHistogram, entropyRange, percentileRange, signedHistogram } from "zsq/dist/parity/onnxruntime-replay";
import { SymmetricHistogram } from "zsq/dist/quantize/calibrators/symmetric-histogram";
import { readFixture } from "../../helpers/fixture";

const { percentiles, cases } = readFixture<{ percentiles: number[]; cases: (FixtureData & { id: string; onnxruntime: object })[] }>("zsq", "parity", "onnxruntime.json");

const total = (counts: Float64Array): number => counts.reduce((a, b) => a + b, 0);

describe("ONNX Runtime's histograms, replayed", () => {
  for (const { id, onnxruntime, ...data } of cases) {
    it(`${id}: every range to the last digit`, () => assert.deepEqual((calibrationFigures(fixtureBatches(data), percentiles) as { onnxruntime: object }).onnxruntime, onnxruntime));
  }

  it("loses magnitudes below the first batch's least, and widens both ends of the signed one", () => {
    const batches = [Float32Array.of(-2, 3, 4), Float32Array.of(1, -5)];
    const absolute = absoluteHistogram(batches, 4), signed = signedHistogram(batches, 4);
    assert.deepEqual([[...absolute.counts], [...absolute.edges]], [[1, 0, 1, 1, 0, 1], [2, 2.5, 3, 3.5, 4, 4.5, 5]]);
    assert.deepEqual([[...signed.counts], [...signed.edges]], [[1, 0, 1, 1, 2, 0], [-6, -4, -2, 0, 2, 4, 6]]);
    assert.deepEqual([signed.min, signed.max], [-5, 4]);
  });

  it("zeros alone first: the next batch sets the bins", () => {
    const { counts, edges } = signedHistogram([new Float32Array(3), Float32Array.of(-1, 1)], 4);
    assert.deepEqual([[...counts], [...edges]], [[1, 0, 3, 1], [-1, -0.5, 0, 0.5, 1]]);
  });

  it("values that are all the same", () => {
    const histogram = absoluteHistogram([Float32Array.of(3, 3)], 4);
    assert.deepEqual([[...histogram.counts], percentileRange(histogram, 99, true)], [[0, 0, 2, 0], [3, 3]]);
  });

  it("has the compat calibrator's ranges within a bin, where nothing is rounded away", () => {
    const batches = fixtureBatches({ family: "signed_gauss", seed: 11, sizes: [4000, 3000], scales: [1, 1.5] }), own = new SymmetricHistogram();
    for (const batch of batches) own.add(batch);
    const histogram = signedHistogram(batches, 2048), width = histogram.edges[1] - histogram.edges[0];
    for (const p of [99, 99.9]) {
      const [low, high] = percentileRange(histogram, p, false), { min, max } = own.percentile(p);
      assert.ok(Math.abs(min - low) <= width && Math.abs(max - high) <= width, `${min} to ${max}; expected ${low} to ${high}`);
    }
    assert.equal(total(histogram.counts), 7000);
  });

  it("a range by entropy lies within the values", () => {
    const histogram = signedHistogram(fixtureBatches({ family: "leaky", seed: 2, sizes: [2000, 2000], scales: [1, 3] }), 128), [low, high] = entropyRange(histogram, 128);
    assert.ok(histogram.min <= low && low < high && high <= histogram.max);
  });

  it("needs a batch", () => assert.throws(() => signedHistogram([], 4), /onnxruntime: missing batches; expected at least one/));
});
