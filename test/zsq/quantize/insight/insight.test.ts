import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { attributeLoss, calibrate, floatExclusions, layerHistogramFigure, layerReport, layerSensitivity, quantizeDetector, rankCorrelation, scheme, sensitivityFigure } from "zsq";
import type { Calibration, Detector, Evaluate, Predictor, QuantizedDetector } from "zsq";
import { assertNoLeaks } from "../../../helpers/no-leaks";
import { noiseImages, tinyDetector } from "../../../helpers/tiny-detector";

const given = scheme("W6A4");

describe("insight into quantization", () => {
  let detector: Detector, images: tf.Tensor4D, calibration: Calibration, quantized: QuantizedDetector, expected: Float32Array;
  before(() => {
    detector = tinyDetector();
    images = noiseImages(3);
    calibration = calibrate(detector, images);
    quantized = quantizeDetector(detector, calibration, given);
    expected = logits(detector);
  });
  after(() => {
    for (const owner of [detector, images, quantized]) owner.dispose();
  });
  const logits = (predictor: Predictor): Float32Array => {
    const { classLogits, boxRegression } = predictor.outputs(images), values = classLogits[0].dataSync() as Float32Array;
    tf.dispose([...classLogits, ...boxRegression]);
    return values;
  };
  // minus the error of the first level's logits: a figure of merit that needs no data set
  const evaluate: Evaluate = (predictor) => -Math.hypot(...logits(predictor).map((value, i) => value - expected[i]));

  describe("layerReport", () => {
    it("says range, clipping, noise and divergence per layer and source", () => assertNoLeaks(() => {
      const wide = tf.tidy(() => images.mul(4)) as tf.Tensor4D, rows = layerReport(detector, quantized, { real: images, wide, same: images });
      assert.equal(rows.length, 3 * 29);
      const [real, scaled, same] = rows, values = images.dataSync(), { scale } = quantized.inputQParams.get("backbone.body.conv1")!;
      assert.deepEqual([real.layer, real.source, real.min, real.max], ["backbone.body.conv1", "real", Math.min(...values), Math.max(...values)]);
      assert.equal(real.clipped, values.filter((x) => x > real.clip.max + scale / 2 || x < real.clip.min - scale / 2).length / values.length);
      assert.ok(scaled.clipped > 0.2 && scaled.sqnr < real.sqnr - 5 && scaled.divergence > 0.1);
      // noise of rounding to steps of s is s^2 / 12
      assert.ok(Math.abs(real.sqnr - 10 * Math.log10(12 / scale ** 2)) < 1, `${real.sqnr}`);
      assert.deepEqual([same.divergence, real.divergence], [0, 0]);
      assert.equal(real.histogram.counts.reduce((a, b) => a + b, 0), values.length);
      wide.dispose();
    }));

    it("asks for a source", () => assert.throws(() => layerReport(detector, quantized, {}), { message: "layerReport: missing sources; expected images of at least one" }));
  });

  describe("layerSensitivity", () => {
    it("quantizes each layer alone", () => assertNoLeaks(async () => {
      const rows = await layerSensitivity(detector, calibration, given, images, evaluate);
      assert.deepEqual(rows.map(({ layer }) => layer), detector.architecture.ofKind("conv").map(({ name }) => name));
      for (const { layer, outputError, sqnr, loss } of rows) assert.ok(outputError > 0 && Number.isFinite(sqnr) && loss! >= 0, layer);
      assert.equal(rows.find(({ layer }) => layer.startsWith("head.regression"))!.loss, 0); // it does not reach the class logits
      assert.ok(rankCorrelation(rows.map((row) => row.loss!), rows.map((row) => row.outputError)) > 0.3);
      assert.match(sensitivityFigure(rows).svg, /^<svg[^]*polyline[^]*<\/svg>$/);
    }));

    it("leaves out what the scheme leaves out, and the loss unless asked for", () => assertNoLeaks(async () => {
      const rows = await layerSensitivity(detector, calibration, scheme("W8A8", { exclude: (layer) => !layer.startsWith("backbone.fpn.") }), images);
      assert.deepEqual(rows.map(({ loss }) => loss), new Array(8).fill(null));
    }));
  });

  describe("attributeLoss", () => {
    it("gives the loss of each part alone", () => assertNoLeaks(async () => {
      const shares = await attributeLoss(detector, calibration, given, evaluate), loss = new Map(shares.map((share) => [share.part, share.loss]));
      assert.deepEqual([...loss.keys()], ["all", "weights", "activations", "backbone", "pyramid", "class head", "box head"]);
      assert.equal(loss.get("box head"), 0);
      for (const part of ["weights", "activations", "backbone", "class head"]) assert.ok(loss.get(part)! > 0 && loss.get(part)! < 2 * loss.get("all")!, part);
    }));
  });

  describe("floatExclusions", () => {
    it("finds the least number of layers, of a ranking, that meets a budget", () => assertNoLeaks(async () => {
      const ranking = (await layerSensitivity(detector, calibration, given, images)).sort((a, b) => b.outputError - a.outputError).map(({ layer }) => layer);
      const none = await floatExclusions(detector, calibration, given, evaluate, { ranking, budget: 1e9 });
      assert.deepEqual([none.exclude, none.met, none.value], [[], true, none.quantized]);
      const some = await floatExclusions(detector, calibration, given, evaluate, { ranking, budget: -none.quantized / 2 });
      assert.ok(some.met && some.exclude.length > 0 && some.exclude.length < 29 && some.value >= none.quantized / 2);
      const all = await floatExclusions(detector, calibration, given, evaluate, { ranking, budget: 0 });
      assert.ok(all.value >= 0 && all.met);
      const beyond = await floatExclusions(detector, calibration, given, evaluate, { ranking: ranking.slice(0, 1), budget: 0 });
      assert.deepEqual([beyond.met, beyond.exclude.length], [false, 1]);
      await assert.rejects(floatExclusions(detector, calibration, given, evaluate, { ranking, budget: NaN }), { message: "floatExclusions: invalid budget: NaN; expected a number >= 0" });
    }));
  });

  it("draws distributions with the ends of the range", () => {
    const rows = layerReport(detector, quantized, { real: images }), figure = layerHistogramFigure(rows, "backbone.body.conv1");
    assert.equal((figure.layout.shapes as unknown[]).length, 2);
    assert.match(figure.text, /lowest level: x = -/);
    assert.throws(() => layerHistogramFigure(rows, "conv1"), { message: "layerHistogramFigure: unknown layer: conv1; expected one of the rows" });
  });
});

describe("rankCorrelation", () => {
  it("compares orders, with ties in the middle", () => {
    assert.equal(rankCorrelation([1, 2, 3], [10, 30, 20]), 0.5);
    assert.equal(rankCorrelation([1, 2, 3, 4], [1, 4, 9, 16]), 1);
    assert.ok(Math.abs(rankCorrelation([1, 2, 2, 3], [4, 3, 2, 1]) + 0.9486832980505138) < 1e-15); // scipy.stats.spearmanr
    assert.ok(Number.isNaN(rankCorrelation([1, 1], [1, 2])));
    assert.throws(() => rankCorrelation([1], [1, 2]), { message: "rankCorrelation: invalid lengths: 1 and 2; expected equal ones" });
  });
});
