import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { chooseQParams, dequantize, layerReport, normals, quantize, quantizeDetector, scheme } from "zsq";
import { Calibration } from "zsq/dist/quantize/calibrate";
import { DyadicHistogram } from "zsq/dist/quantize/calibrators/dyadic-histogram";
import { rangeOfHistogram } from "zsq/dist/quantize/calibrators/ranges-of-histogram";
import { histogramPercentile } from "zsq/dist/quantize/calibrators/spec";
import { histogramNoise, noiseOf, productNoise } from "zsq/dist/quantize/insight/histogram-noise";
import { histogramsOf } from "zsq/dist/study/histogram-task";
import { assertNoLeaks } from "../../../helpers/no-leaks";
import { tinyDetector } from "../../../helpers/tiny-detector";

describe("histogramNoise", () => {
  it("counts what is clipped and what is rounded (by hand)", () => {
    // levels -2, -1, 0, 1; of 0.5, 0.5, 0.5 and 4, the last is clipped: bins are 2^-9 wide
    const histogram = new DyadicHistogram().add(Float32Array.of(1, 1, 1, 4));
    const { sqnr, clipped } = histogramNoise(histogram, { bits: 2, scale: 1, zeroPoint: 0 });
    assert.equal(clipped, 0.25);
    assert.ok(Math.abs(sqnr - 10 * Math.log10(19 / 9)) < 0.02, String(sqnr));
  });

  it("is that of the values themselves, within a few hundredths of a dB", () => {
    const values = normals(3, 0, 20_000), histogram = new DyadicHistogram().add(values);
    for (const [bits, p] of [[8, 100], [6, 99.9], [4, 99], [3, 99.99]]) {
      const range = rangeOfHistogram(histogram, histogramPercentile(p)), qparams = chooseQParams(range.min, range.max, bits);
      const exact = noiseOf(values, dequantize(quantize(values, qparams), qparams));
      assert.ok(Math.abs(histogramNoise(histogram, qparams).sqnr - exact) < 0.1, `${bits} bits`);
    }
  });

  it("says what layerReport says of a detector, and leaves no tensors", () => assertNoLeaks(() => {
    const detector = tinyDetector(), images = tf.tensor4d(normals(1, 0, 2 * 32 * 64 * 3), [2, 32, 64, 3]);
    const histograms = histogramsOf(detector, images), spec = histogramPercentile(99.9);
    const ranges = [...histograms].map(([layer, histogram]) => [layer, rangeOfHistogram(histogram, spec)] as const);
    const quantized = quantizeDetector(detector, new Calibration(ranges, spec, 2), scheme("W8A4", { activations: { calibrator: spec } }));
    for (const { layer, sqnr, clipped } of layerReport(detector, quantized, { images })) {
      const own = histogramNoise(histograms.get(layer)!, quantized.inputQParams.get(layer)!);
      assert.ok(Math.abs(own.sqnr - sqnr) < 0.2, `${layer}: ${own.sqnr} and ${sqnr}`);
      assert.ok(Math.abs(own.clipped - clipped) < 0.002, `${layer}: ${own.clipped} and ${clipped}`);
    }
    quantized.dispose();
    detector.dispose();
    images.dispose();
  }));

  it("is infinite where nothing is lost; noises of factors add up", () => {
    assert.equal(noiseOf([1, 2], [1, 2]), Infinity);
    assert.ok(Math.abs(productNoise(20, 20) - (20 - 10 * Math.log10(2))) < 1e-12);
    assert.equal(productNoise(Infinity, 20), 20);
    assert.throws(() => noiseOf([1], [1, 2]), /^RangeError: noiseOf: invalid number of values: 2; expected 1$/);
  });
});
