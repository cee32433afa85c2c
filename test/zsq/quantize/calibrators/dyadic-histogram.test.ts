import assert from "node:assert/strict";
import { DyadicHistogram } from "zsq/dist/quantize/calibrators/dyadic-histogram";

describe("DyadicHistogram", () => {
  it("counts in bins that are a power of two wide, of which the largest magnitude takes more than half", () => {
    const histogram = new DyadicHistogram().add(Float32Array.of(0, 0.25, -0.25, 3, -1));
    assert.equal(histogram.width, 2 ** -10);
    assert.deepEqual([0, 256, -256, 3072, -1024].map((bin) => histogram.counts[4096 + bin]), [1, 1, 1, 1, 1]);
    assert.deepEqual([histogram.count, histogram.min, histogram.max, histogram.magnitudes().length], [5, -1, 3, 3073]);
  });

  it("merges bins when values lie beyond, so that the counts are those of the widest", () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 1.01 ** i);
    const whole = new DyadicHistogram().add(values), parts = new DyadicHistogram();
    for (let i = 0; i < 1000; i += 7) parts.add(values.subarray(i, i + 7));
    assert.deepEqual(parts, whole);
  });

  it("counts beyond 2^24, where float32 counts stand still", () => {
    const histogram = new DyadicHistogram();
    histogram.counts[4096] = 2 ** 24;
    assert.equal(histogram.add(new Float32Array(1)).counts[4096], 2 ** 24 + 1);
  });

  it("takes the smallest and the largest of float32", () => {
    const histogram = new DyadicHistogram().add(Float32Array.of(1e-45, -1e-45, 3.4e38));
    assert.deepEqual([histogram.counts[4096], histogram.counts[4095], histogram.magnitudes().at(-1)], [1, 1, 1]);
  });
});
