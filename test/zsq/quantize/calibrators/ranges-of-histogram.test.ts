import assert from "node:assert/strict";
import { entropy, histogramPercentile, l2Search, meanSquaredError, normals, percentile } from "zsq";
import { DyadicHistogram } from "zsq/dist/quantize/calibrators/dyadic-histogram";
import { createObserver } from "zsq/dist/quantize/calibrators/observer";
import { packHistogram, unpackHistogram } from "zsq/dist/quantize/calibrators/packed-histogram";
import { rangeOfHistogram } from "zsq/dist/quantize/calibrators/ranges-of-histogram";

const values = normals(1, 0, 5000);

describe("ranges of histograms", () => {
  it("are those of the observers, for every calibrator that works on histograms", () => {
    const histogram = new DyadicHistogram().add(values);
    for (const spec of [histogramPercentile(99.9), histogramPercentile(100), entropy(8), entropy(4), meanSquaredError(4), l2Search(4)]) {
      const observer = createObserver(spec, "values", values.length);
      observer.add(values);
      assert.deepEqual(rangeOfHistogram(histogram, spec), observer.range(), JSON.stringify(spec));
    }
  });

  it("are refused for those that need the values", () => {
    const histogram = new DyadicHistogram().add(values);
    assert.throws(() => rangeOfHistogram(histogram, percentile(99)), /^Error: rangeOfHistogram: unsupported calibrator: percentile 99; expected one that works on a histogram, such as histogram-percentile$/);
    assert.throws(() => rangeOfHistogram(histogram, entropy(8, "pytorch-quantization")), /unsupported calibrator: entropy 8 \(pytorch-quantization\)/);
  });
});

describe("packed histograms", () => {
  it("hold the same counts, extent and width; large counts too", () => {
    for (const given of [values, Float32Array.of(0), Float32Array.of(-3, 5, 5, 0.25)]) {
      const histogram = new DyadicHistogram().add(given);
      histogram.counts[4096] += 3 * 2 ** 30 + 7;
      histogram.count += 3 * 2 ** 30 + 7;
      const { counts, count, width, min, max } = unpackHistogram(packHistogram(histogram));
      assert.deepEqual([counts, count, width, min, max], [histogram.counts, histogram.count, histogram.width, histogram.min, histogram.max]);
    }
  });

  it("leave out empty bins at both ends", () => assert.equal(packHistogram(new DyadicHistogram().add(Float32Array.of(1))).counts.length, 2));
});
