import assert from "node:assert/strict";
import { AbsHistogram } from "zsq/dist/quantize/calibrators/abs-histogram";
import { entropyThreshold } from "zsq/dist/quantize/calibrators/entropy-threshold";

describe("AbsHistogram", () => {
  it("counts |x| in bins of the first batch's width, the maximum in the last", () => {
    const histogram = new AbsHistogram(128).add(Float32Array.of(0, 1, -1, 127.5, 128));
    assert.equal(histogram.width, 1);
    assert.deepEqual([histogram.counts[0], histogram.counts[1], histogram.counts[127]], [1, 2, 2]);
  });

  it("adds bins for larger values of later batches, none for smaller ones", () => {
    const histogram = new AbsHistogram(128).add(Float32Array.of(128)).add(Float32Array.of(200)).add(Float32Array.of(3));
    assert.equal(histogram.counts.length, 200);
    assert.deepEqual([histogram.counts[127], histogram.counts[199], histogram.counts[3]], [1, 1, 1]);
  });

  it("takes the width from the first batch that is not all zeros", () => {
    const histogram = new AbsHistogram(128).add(new Float32Array(5)).add(Float32Array.of(64));
    assert.equal(histogram.width, 0.5);
    assert.equal(histogram.counts[0], 5);
  });

  it("gives the left edge of the bin that reaches a percentile", () => {
    const histogram = new AbsHistogram(128).add(Float32Array.from({ length: 129 }, (_, i) => i));
    assert.equal(histogram.percentile(50), 64);
    assert.equal(histogram.percentile(100), 127);
  });

  it("clips a lone outlier when that lowers the squared error", () => {
    const many = Float32Array.from({ length: 20_000 }, (_, i) => (i % 100) / 100);
    const { amax } = new AbsHistogram(2048).add(Float32Array.of(...many, 4)).meanSquaredError();
    assert.ok(amax! > 0.9 && amax! < 4, `${amax}`);
  });

  it("counts beyond 2^24, but in float32, where a batch stops there and the sum of batches is rounded", () => {
    const ones = new Float32Array(2 ** 24 + 3).fill(1), exact = new AbsHistogram(), float32 = new AbsHistogram(2048, "float32");
    for (const histogram of [exact, float32]) histogram.add(ones).add(Float32Array.of(1));
    assert.equal(exact.counts[2047], 2 ** 24 + 4);
    assert.equal(float32.counts[2047], 2 ** 24);
  });

  it("finds no threshold among zeros", () => {
    const zeros = new AbsHistogram().add(new Float32Array(3));
    assert.deepEqual(zeros.entropy(), { index: null, amax: null, error: null });
  });

  it("refuses what is not finite and too few bins", () => {
    assert.throws(() => new AbsHistogram().add(Float32Array.of(1, NaN)), /AbsHistogram: invalid value: NaN; expected finite values/);
    assert.throws(() => new AbsHistogram(100), /AbsHistogram: invalid bins: 100; expected an integer >= 128/);
  });
});

describe("entropyThreshold", () => {
  it("keeps everything where levels and bins agree", () => assert.deepEqual(entropyThreshold(new Float64Array(4).fill(1), 4), { index: 4, divergence: 0 }));
  it("takes the last of equal minima", () => assert.equal(entropyThreshold(Float64Array.of(1, 1, 1, 1, 0, 0), 2).index, 6));
});
