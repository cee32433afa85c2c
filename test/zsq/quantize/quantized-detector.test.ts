import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { calibrate, Calibration, chooseQParams, Detector, fakeQuantize, imageRange, perAxis, perTensor, quantizeDetector, rangesOf, scheme, type HeadOutputs, type Predictor, type Scheme } from "zsq";
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

  it("says its precision, and leaves the detector usable after dispose", () => assertNoLeaks(() => {
    const expected = values(detector.outputs(images));
    const quantized = quantizeDetector(detector, calibration, scheme("W8A4"));
    assert.equal(quantized.precision, "W8A4");
    quantized.dispose();
    assert.deepEqual(values(detector.outputs(images)), expected);
  }));

  it("refuses what does not fit together, and leaves no tensors behind", () => assertNoLeaks(() => {
    const lacking = new Calibration([...calibration].slice(1), 99.99, 4);
    assert.throws(() => quantizeDetector(detector, lacking, scheme("W8A8")),
      { message: "quantizeDetector: missing calibration of layer: backbone.body.conv1; expected a range for each of 29 convolutions" });
    assert.throws(() => quantizeDetector(detector, calibration, scheme("W8A8", { activations: { percentile: 100 } })),
      { message: "quantizeDetector: invalid percentile of the calibration: 99.99; expected 100, that of the scheme" });
    assert.throws(() => quantizeDetector(detector, calibration, scheme("W8A8", { exclude: ["conv1"] })),
      { message: "quantizeDetector: unknown layer in exclude: conv1; expected convolutions such as backbone.body.conv1" });
    const { weights, ...rest } = scheme("W8A8");
    assert.throws(() => quantizeDetector(detector, calibration, { ...rest, weights: { ...weights, bits: 1 } }), { message: "quantizeDetector: invalid bits: 1; expected an integer from 2 to 16" });
    quantizeDetector(detector, lacking, scheme("W8A8", { inputRange: "image" })).dispose();
  }));
});
