import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { calibrate, correctBiases, correctBiasesAnalytically, equalizeLayers, foldBatchNorms, perTensor, quantizeDetector, scheme, splitOutliers } from "zsq";
import type { Detector, FoldedDetector, Predictor, QuantizedDetector, Scheme } from "zsq";
import { Graph } from "zsq/dist/nn/graph";
import { normalCdf, normalDensity } from "zsq/dist/quantize/corrections/normal";
import { equalizablePairs } from "zsq/dist/quantize/corrections/equalize";
import { splitKernel } from "zsq/dist/quantize/corrections/split-outliers";
import { HookedLayers, type LayerHooks } from "zsq/dist/quantize/hooked-layers";
import { runNetwork } from "zsq/dist/nn/detector";
import { assertClose } from "../../../helpers/close";
import { assertNoLeaks } from "../../../helpers/no-leaks";
import { noiseImages, tinyConfig, tinyDetector } from "../../../helpers/tiny-detector";

const coarse = scheme("W4A32", { foldBatchNorm: true, weights: { granularity: perTensor, symmetric: true } });

describe("corrections without data", () => {
  let detector: Detector, folded: FoldedDetector, images: tf.Tensor4D;
  before(() => {
    detector = tinyDetector();
    folded = foldBatchNorms(detector);
    images = noiseImages(8);
  });
  after(() => {
    for (const owner of [detector, folded, images]) owner.dispose();
  });
  const levels = (predictor: Predictor): number[] => {
    const { classLogits, boxRegression } = predictor.outputs(images), all = [...classLogits, ...boxRegression], values = all.flatMap((level) => [...level.dataSync()]);
    tf.dispose(all);
    return values;
  };
  const quantize = (source: FoldedDetector | Detector, given: Scheme = coarse): QuantizedDetector => quantizeDetector(source, calibrate(source, images), given);
  const errorOf = (predictor: Predictor): number => {
    const expected = levels(folded);
    return Math.hypot(...levels(predictor).map((value, i) => value - expected[i]));
  };
  // mean of each channel of the first convolutions' outputs
  const meansOf = (weights: FoldedDetector["weights"], hooks: LayerHooks, name: string): Float32Array => {
    const found: Float32Array[] = [], index = new Graph(tinyConfig()).of("conv").find((node) => node.name === name)!.index;
    const layers = new HookedLayers(weights, { ...hooks, value: (at, y) => (at === index && found.push(tf.tidy(() => y.mean([0, 1, 2])).dataSync() as Float32Array), hooks.value?.(at, y)) });
    tf.tidy(() => void runNetwork(layers, tinyConfig(), images));
    return found[0];
  };

  describe("equalizeLayers", () => {
    it("finds the two pairs of each bottleneck", () => {
      assert.deepEqual(equalizablePairs(new Graph(tinyConfig())).slice(0, 2).map((pair) => pair.map((name) => name.slice(14))), [["layer1.0.conv1", "layer1.0.conv2"], ["layer1.0.conv2", "layer1.0.conv3"]]);
      assert.equal(equalizablePairs(new Graph(tinyConfig())).length, 8);
    });

    it("keeps the outputs and gives both kernels equal ranges in each channel", () => assertNoLeaks(() => tf.tidy(() => {
      const equalized = equalizeLayers(folded), name = "backbone.body.layer2.0.conv", largest = (key: string, axes: number[]): Float32Array => equalized.weights.get(`${name}${key}.weight`)!.abs().max(axes).dataSync() as Float32Array;
      assertClose(levels(equalized), levels(folded), 1e-5);
      assertClose(largest("1", [0, 1, 2]), largest("2", [0, 1, 3]), 1e-2);
      equalized.dispose();
    })));
  });

  describe("correctBiases", () => {
    it("gives every channel its mean in float back, and lowers the error", () => assertNoLeaks(() => {
      const quantized = quantize(folded), corrected = correctBiases(quantized, folded, images);
      for (const name of ["backbone.body.conv1", "backbone.body.layer3.0.conv2"]) assertClose(meansOf(corrected.weights, corrected.hooks(), name), meansOf(folded.weights, { folded: true }, name), 1e-3);
      assert.ok(errorOf(corrected) < errorOf(quantized));
      corrected.dispose();
      quantized.dispose();
    }));

    it("asks for folded batch norms", () => assertNoLeaks(() => {
      const apart = quantize(detector, scheme("W4A32"));
      assert.throws(() => correctBiases(apart, folded, images), { message: "correctBiases: unsupported scheme: batch norms apart; expected foldBatchNorm" });
      assert.throws(() => correctBiasesAnalytically(apart, detector, folded), { message: "correctBiasesAnalytically: unsupported scheme: batch norms apart; expected foldBatchNorm" });
      apart.dispose();
    }));
  });

  it("correctBiasesAnalytically subtracts what rounded kernels add to the expected input", () => assertNoLeaks(() => tf.tidy(() => {
    const quantized = quantize(folded), corrected = correctBiasesAnalytically(quantized, detector, folded), name = "backbone.body.layer1.0.conv3";
    const [gamma, beta] = ["weight", "bias"].map((key) => detector.weights.get(`backbone.body.layer1.0.bn2.${key}`)!.dataSync());
    const expected = Array.from(gamma, (g, c) => Math.abs(g) * normalDensity(beta[c] / g) + beta[c] * normalCdf(beta[c] / Math.abs(g)));
    const difference = quantized.weights.get(`${name}.weight`)!.sub(folded.weights.get(`${name}.weight`)!).arraySync() as number[][][][]; // [1, 1, in, out]
    const shift = expected.reduce((sum, e, c) => sum + e * difference[0][0][c][0], 0);
    assertClose([corrected.weights.get(`${name}.bias`)!.dataSync()[0]], [folded.weights.get(`${name}.bias`)!.dataSync()[0] - shift], 1e-5, 1);
    corrected.dispose();
    quantized.dispose();
  })));

  describe("splitOutliers", () => {
    it("halves the channel of the largest weight, so that the scale is finer", () => {
      // [in 2, out 2]: the scale falls from 8 / 7 to 4 / 7 at 4 bits
      const kernel = Float32Array.of(1, 0.5, 8, -4), [plain, split] = [0, 1].map((splits) => splitKernel(kernel, 2, 2, splits, 4));
      assertClose(plain, [8 / 7, 0, 8, -32 / 7], 1e-6);
      assertClose(split, [8 / 7, 4 / 7, 8, -4], 1e-6);
    });

    it("adds up to the levels of twice as fine a step, as round(a - 1/4) + round(a + 1/4) = round(2 a)", () => {
      const kernel = Float32Array.from({ length: 41 }, (_, i) => (i - 20) / 20), split = splitKernel(kernel, 1, 41, 1, 4), step = 0.5 / 7;
      kernel.forEach((value, i) => assert.ok(Math.abs(split[i] - value) <= step / 2 + 1e-6, `${value}: ${split[i]}`));
    });

    it("lowers the error of kernels with outliers", () => assertNoLeaks(() => {
      const quantized = quantize(detector, scheme("W4A32", { weights: coarse.weights })), split = splitOutliers(quantized, detector, { ratio: 0.2 });
      assert.ok(errorOf(split) < errorOf(quantized), `${errorOf(split)}, without ${errorOf(quantized)}`);
      assert.throws(() => splitOutliers(quantized, detector, { ratio: 2 }), { message: "splitOutliers: invalid ratio: 2; expected 0 to 1" });
      split.dispose();
      quantized.dispose();
      const channels = quantize(detector, scheme("W4A32"));
      assert.throws(() => splitOutliers(channels, detector), /splitOutliers: unsupported weights of .*: perAxis, asymmetric; expected perTensor, symmetric/);
      channels.dispose();
    }));
  });
});

describe("normalCdf", () => {
  it("gives scipy's values", () => {
    for (const [x, expected] of [[0, 0.5], [1, 0.8413447460685429], [-1, 0.15865525393145707], [1.96, 0.9750021048517795], [-5, 2.866515718791933e-7], [9, 1], [-9, 0]]) {
      assert.ok(Math.abs(normalCdf(x) - expected) < 1e-14, `${x}: ${normalCdf(x)}`);
    }
  });
});
