import assert from "node:assert/strict";
import { perAxis, perTensor, precisionName, scheme } from "zsq";
import { isExcluded } from "zsq/dist/quantize/scheme";

describe("scheme", () => {
  it("is that of the study unless told otherwise", () => {
    assert.deepEqual(scheme("W8A4"), {
      weights: { bits: 8, granularity: perAxis(3), symmetric: false },
      activations: { bits: 4, granularity: perTensor, symmetric: false, percentile: 99.99 },
      inputRange: "calibrated",
    });
  });

  it("takes options", () => {
    const given = scheme("W4A32", { inputRange: "image", weights: { granularity: perTensor }, activations: { symmetric: true, percentile: 100 }, exclude: ["a"] });
    assert.deepEqual(given, {
      weights: { bits: 4, granularity: perTensor, symmetric: false },
      activations: { bits: 32, granularity: perTensor, symmetric: true, percentile: 100 },
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
