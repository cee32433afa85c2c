import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { arithmetics, calibrate, Calibration, chooseQParams, Detector, fakeQuantize, imageRange, perAxis, percentile, perGroup, perTensor, quantizeDetector, rangesOf, scheme, schemePresets } from "zsq";
import type { HeadOutputs, Predictor, Scheme } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { noiseImages, tinyConfig, tinyDetector } from "../../helpers/tiny-detector";

const values = ({ classLogits, boxRegression }: HeadOutputs<tf.Tensor4D>): number[] => [...classLogits, ...boxRegression].flatMap((level) => {
  const data = [...level.dataSync()];
  level.dispose();
  return data;
});

// error of a detector's outputs relative to their deviation
function error(actual: Predictor, expected: Predictor, images: tf.Tensor4D): number {
  const [a, e] = [values(actual.outputs(images)), values(expected.outputs(images))];
  const square = (f: (i: number) => number): number => e.reduce((sum, _, i) => sum + f(i) ** 2, 0);
  return Math.sqrt(square((i) => a[i] - e[i]) / square((i) => e[i]));
}

describe("quantizeDetector", () => {
  let detector: Detector;
  let images: tf.Tensor4D;
  let calibration: Calibration;
  before(() => {
    detector = tinyDetector();
    images = noiseImages(4);
    calibration = calibrate(detector, images);
  });
  after(() => {
    detector.dispose();
    images.dispose();
  });
  const errorOf = (given: Scheme): number => {
    const quantized = quantizeDetector(detector, calibration, given);
    const result = error(quantized, detector, images);
    quantized.dispose();
    return result;
  };

  it("stays close at 8 bits, and errs more with every bit less", () => assertNoLeaks(() => {
    const errors = [16, 8, 6, 4, 2].map((bits) => errorOf(scheme(`W${bits}A${bits}`, { activations: { percentile: 99.99 } })));
    assert.ok(errors[1] < 0.05, `8 bits: ${errors[1]}`);
    for (let i = 1; i < errors.length; i++) assert.ok(errors[i] > errors[i - 1], errors.join());
  }));

  it("changes nothing at 32 bits, or if all layers are excluded", () => assertNoLeaks(() => {
    assert.equal(errorOf(scheme("W32A32")), 0);
    assert.equal(errorOf(scheme("W8A8", { exclude: () => true })), 0);
    assert.ok(errorOf(scheme("W4A32")) > 0 && errorOf(scheme("W32A4")) > 0);
  }));

  it("quantizes kernels by the minimum and maximum of each output channel", () => assertNoLeaks(() => tf.tidy(() => {
    const quantized = quantizeDetector(detector, calibration, scheme("W4A8"));
    const name = "backbone.body.layer1.0.conv2", kernel = detector.weights.get(`${name}.weight`)!;
    const qparams = rangesOf(kernel, perAxis(3)).map(({ min, max }) => chooseQParams(min, max, 4));
    assert.deepEqual(quantized.weightQParams.get(name), qparams);
    assert.deepEqual(quantized.weights.get(`${name}.weight`)!.dataSync(), fakeQuantize(kernel, qparams, perAxis(3)).dataSync());
    assert.equal(quantized.weights.get("backbone.body.bn1.weight"), detector.weights.get("backbone.body.bn1.weight"));
    quantized.dispose();
  })));

  it("rounds what enters each convolution to the calibrated levels", () => assertNoLeaks(() => {
    const quantized = quantizeDetector(detector, calibration, scheme("W8A5"));
    for (const [name, { min, max }] of calibration) assert.deepEqual(quantized.inputQParams.get(name), chooseQParams(min, max, 5), name);
    quantized.dispose();
  }));

  it("takes the image's known range for what enters the first convolution", () => assertNoLeaks(() => {
    const quantized = quantizeDetector(detector, calibration, scheme("W8A8", { inputRange: "image" }));
    const { min, max } = imageRange(tinyConfig().image), second = "backbone.body.layer1.0.conv1", range = calibration.get(second)!;
    assert.deepEqual(quantized.inputQParams.get("backbone.body.conv1"), chooseQParams(min, max, 8));
    assert.deepEqual(quantized.inputQParams.get(second), chooseQParams(range.min, range.max, 8));
    quantized.dispose();
  }));

  it("can be symmetric, per tensor, and leave layers out", () => assertNoLeaks(() => {
    const given = scheme("W8A6", { weights: { symmetric: true, granularity: perTensor }, activations: { symmetric: true }, exclude: ["backbone.body.conv1"] });
    const quantized = quantizeDetector(detector, calibration, given);
    const name = "backbone.body.layer1.0.conv1", { magnitude } = calibration.get(name)!;
    assert.deepEqual(quantized.inputQParams.get(name), { bits: 6, scale: magnitude / 31, zeroPoint: 0 });
    assert.deepEqual(quantized.weightQParams.get(name)!.map(({ zeroPoint }) => zeroPoint), [0]);
    assert.equal(quantized.weightQParams.has("backbone.body.conv1") || quantized.inputQParams.has("backbone.body.conv1"), false);
    quantized.dispose();
  }));

  it("counts all parameters at the bits of the weights, those of excluded convolutions at 32", () => assertNoLeaks(() => {
    const sizes = [scheme("W8A8"), scheme("W4A8"), scheme("W32A8"), scheme("W8A8", { exclude: ["backbone.body.conv1"] })].map((given) => {
      const quantized = quantizeDetector(detector, calibration, given);
      quantized.dispose();
      return quantized.sizeMiB;
    });
    const { architecture } = detector, stem = 7 * 7 * 3 * 4;
    assert.deepEqual(sizes, [architecture.sizeMiB(8), architecture.sizeMiB(4), architecture.sizeMiB(32), architecture.sizeMiB(8) + (stem * 24) / 8 / 2 ** 20]);
  }));

  it("quantizes what integer kernels quantize, with folded batch norms", () => assertNoLeaks(() => {
    const given = schemePresets.onnxruntime, { calibrator, tensors } = given.activations;
    const all = calibrate(detector, images, { calibrator, tensors }), quantized = quantizeDetector(detector, all, given);
    assert.ok(error(quantized, detector, images) < 0.05);
    assert.equal(quantized.folded, true);
    // the image and what enters the second convolution of a head are made by nothing that is quantized
    assert.deepEqual([...quantized.sites.inputs.keys()], ["backbone.body.conv1", "head.classification_head.cls_logits", "head.regression_head.bbox_reg"]);
    const sum = "backbone.body.layer1.0.bn3.add", { min, max } = all.get(sum)!;
    assert.deepEqual(quantized.inputQParams.get(sum), arithmetics.onnxruntime.choose({ min, max }, { bits: 8 }));
    assert.equal(quantized.inputQParams.size, 3 + 29 + 7);
    quantized.dispose();
  }));

  it("overrides single layers", () => assertNoLeaks(() => {
    const layer = "head.classification_head.cls_logits";
    const quantized = quantizeDetector(detector, calibration, scheme("W8A8", { overrides: [{ layers: [layer], weights: { bits: 4, granularity: perGroup(3, 5) }, activations: { bits: 6 } }] }));
    assert.deepEqual([quantized.weightQParams.get(layer)![0].bits, quantized.inputQParams.get(layer)!.bits, quantized.inputQParams.get("backbone.body.conv1")!.bits], [4, 6, 8]);
    assert.equal(quantized.weightQParams.get(layer)!.length, Math.ceil(detector.weights.get(`${layer}.weight`)!.shape[3]! / 5));
    quantized.dispose();
  }));

  it("says its precision, and leaves the detector usable after dispose", () => assertNoLeaks(() => {
    const expected = values(detector.outputs(images));
    const quantized = quantizeDetector(detector, calibration, scheme("W8A4"));
    assert.equal(quantized.precision, "W8A4");
    quantized.dispose();
    assert.deepEqual(values(detector.outputs(images)), expected);
  }));

  it("refuses what does not fit together, and leaves no tensors behind", () => assertNoLeaks(() => {
    const lacking = new Calibration([...calibration].slice(1), percentile(99.99), 4);
    assert.throws(() => quantizeDetector(detector, lacking, scheme("W8A8")),
      { message: "quantizeDetector: missing calibration of layer: backbone.body.conv1; expected a range for each of 29 tensors" });
    assert.throws(() => quantizeDetector(detector, calibration, scheme("W8A8", { activations: { percentile: 100 } })),
      { message: "quantizeDetector: invalid calibrator of the calibration: percentile 99.99; expected percentile 100, that of the scheme" });
    assert.throws(() => quantizeDetector(detector, calibration, scheme("W8A8", { exclude: ["conv1"] })),
      { message: "quantizeDetector: unknown layer in exclude: conv1; expected convolutions such as backbone.body.conv1" });
    assert.throws(() => quantizeDetector(detector, calibration, scheme("W8A8", { overrides: [{ layers: ["conv1"], weights: { bits: 4 } }] })),
      { message: "quantizeDetector: unknown layer in overrides: conv1; expected convolutions such as backbone.body.conv1" });
    const second = "backbone.body.layer1.0.conv1";
    for (const [min, max, rule] of [[NaN, 1, "[NaN, 1]; expected finite min <= max"], [2, 1, "[2, 1]; expected finite min <= max"], [0, 0, "[0, 0], which makes it all zeros; expected some other value; try exclude"]] as const) {
      const broken = new Calibration([...calibration, [second, { min, max, magnitude: 1 }]], percentile(99.99), 4);
      assert.throws(() => quantizeDetector(detector, broken, scheme("W8A8")), { message: `quantizeDetector: invalid range of ${second}: ${rule}` });
    }
    const { weights, ...rest } = scheme("W8A8");
    assert.throws(() => quantizeDetector(detector, calibration, { ...rest, weights: { ...weights, bits: 1 } }), { message: "quantizeDetector: invalid bits: 1; expected an integer from 2 to 16" });
    quantizeDetector(detector, lacking, scheme("W8A8", { inputRange: "image" })).dispose();
  }));
});
