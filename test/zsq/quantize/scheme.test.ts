import assert from "node:assert/strict";
import { entropy, histogramPercentile, minMax, movingAverage, perAxis, percentile, perTensor, precisionName, scheme, schemePresets, type Scheme, type TensorRole } from "zsq";
import { isExcluded, layerScheme } from "zsq/dist/quantize/scheme";

describe("scheme", () => {
  it("is that of the study unless told otherwise", () => {
    assert.deepEqual(scheme("W8A4"), {
      weights: { bits: 8, granularity: perAxis(3), symmetric: false },
      activations: { bits: 4, granularity: perTensor, symmetric: false, calibrator: percentile(99.99), tensors: ["inputs"] },
      inputRange: "calibrated",
    });
  });

  it("takes options", () => {
    const given = scheme("W4A32", { inputRange: "image", weights: { granularity: perTensor }, activations: { symmetric: true, percentile: 100 }, exclude: ["a"] });
    assert.deepEqual(given, {
      weights: { bits: 4, granularity: perTensor, symmetric: false },
      activations: { bits: 32, granularity: perTensor, symmetric: true, calibrator: minMax(), tensors: ["inputs"] },
      inputRange: "image",
      exclude: ["a"],
    });
  });

  it("has a name that gives it back", () => {
    for (const name of ["W8A8", "W2A16", "W32A4"]) assert.equal(precisionName(scheme(name)), name);
  });

  it("refuses what it cannot be", () => {
    assert.throws(() => scheme("int8"), { message: "scheme: invalid precision: int8; expected W<bits>A<bits> such as W8A8" });
    assert.throws(() => scheme("W8A1"), { message: "scheme: invalid bits: 1; expected an integer from 2 to 16" });
    assert.throws(() => scheme("W17A8"), { message: "scheme: invalid bits: 17; expected an integer from 2 to 16" });
    assert.throws(() => scheme("W8A8", { activations: { percentile: 50 } }), { message: "scheme: invalid percentile: 50; expected more than 50, at most 100" });
    assert.throws(() => scheme("W8A4", { activations: { calibrator: entropy(8) } }), { message: "scheme: invalid calibrator: entropy 8; expected 4 bits, those of the activations" });
    assert.throws(() => scheme("W8A8", { activations: { calibrator: movingAverage(0) } }), { message: "scheme: invalid momentum: 0; expected more than 0, at most 1" });
    assert.throws(() => scheme("W8A8", { activations: { calibrator: { method: "median" } as never } }), { message: "scheme: unknown calibrator: median; expected percentile, moving-average, histogram-percentile, entropy, mse or l2" });
    assert.throws(() => scheme("W4A4", { activations: { calibrator: entropy(4, "pytorch-quantization") } }), { message: "scheme: unsupported bits of entropy 4 (pytorch-quantization); expected 8" });
    assert.throws(() => scheme("W8A8", { activations: { tensors: ["biases" as TensorRole] } }), { message: "scheme: unknown tensors: biases; expected inputs, outputs, adds" });
    assert.throws(() => scheme("W8A8", { activations: { tensors: [] } }), { message: "scheme: missing tensors; expected at least one of inputs, outputs, adds; try 32 bits to leave activations in float" });
    assert.throws(() => scheme("W8A8", { arithmetic: "numpy" as "paper" }), { message: "scheme: unknown arithmetic: numpy; expected paper, pytorch-quantization, onnxruntime, tflite" });
    assert.throws(() => scheme("W8A8", { overrides: [{ layers: [], weights: { bits: 64 } }] }), { message: "scheme: invalid bits: 64; expected an integer from 2 to 16" });
    assert.throws(() => scheme("W8A8", { inputRange: "known" as "image" }), { message: "scheme: unknown inputRange: known; expected calibrated or image" });
  });
});

describe("isExcluded", () => {
  it("knows names and predicates", () => {
    assert.equal(isExcluded({}, "a"), false);
    assert.deepEqual(["a", "b"].map((name) => isExcluded({ exclude: ["a"] }, name)), [true, false]);
    assert.deepEqual(["head.a", "b"].map((name) => isExcluded({ exclude: (layer) => layer.startsWith("head.") }, name)), [true, false]);
  });
});

describe("layerScheme", () => {
  const given: Scheme = scheme("W8A8", { exclude: ["first"], overrides: [{ layers: (name) => name.startsWith("head."), weights: { bits: 4 } }, { layers: ["head.b"], weights: { bits: 6 }, activations: { symmetric: true } }] });

  it("applies overrides in their order", () => {
    assert.deepEqual(["a", "head.a", "head.b"].map((name) => layerScheme(given, name).weights.bits), [8, 4, 6]);
    assert.deepEqual(["head.a", "head.b"].map((name) => layerScheme(given, name).activations.symmetric), [false, true]);
  });

  it("leaves excluded layers in float", () => assert.equal(precisionName(layerScheme(given, "first")), "W32A32"));
});

describe("schemePresets", () => {
  it("are the study's scheme and those of three programs", () => {
    assert.deepEqual(schemePresets.paper, scheme("W8A8"));
    assert.deepEqual(schemePresets["pytorch-quantization"].activations.calibrator, histogramPercentile(99.99, "pytorch-quantization"));
    for (const { weights, activations, foldBatchNorm } of [schemePresets.onnxruntime, schemePresets.tflite]) {
      assert.deepEqual(weights, { bits: 8, granularity: perAxis(3), symmetric: true, narrow: true });
      assert.deepEqual([activations.calibrator, activations.tensors, foldBatchNorm], [minMax(), ["inputs", "outputs", "adds"], true]);
    }
  });
});
