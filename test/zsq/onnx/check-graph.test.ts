import assert from "node:assert/strict";
import { checkGraph } from "zsq/dist/onnx/check-graph";
import type { OnnxGraph, OnnxTensor } from "zsq/dist/onnx/proto";

const scale = (...values: number[]): OnnxTensor => ({ name: "s", type: "float", dims: values.length === 1 ? [] : [values.length], data: Float32Array.from(values) });
const zero = (...values: number[]): OnnxTensor => ({ name: "z", type: "int8", dims: values.length === 1 ? [] : [values.length], data: Int8Array.from(values) });

function graph(initializers: OnnxTensor[], axis?: number, more: Partial<OnnxGraph> = {}): OnnxGraph {
  const w: OnnxTensor = { name: "w", type: "int8", dims: [2, 3], data: new Int8Array(6) };
  const attributes: Record<string, number> = axis === undefined ? {} : { axis };
  const nodes = [{ operator: "DequantizeLinear", name: "y", inputs: ["w", "s", "z"], attributes }];
  return { name: "g", nodes, initializers: [w, ...initializers], inputs: [], outputs: [{ name: "y", dims: [2, 3] }], opset: 13, metadata: {}, ...more };
}

describe("checkGraph", () => {
  it("accepts scales per tensor and per axis", () => {
    checkGraph(graph([scale(1), zero(0)]));
    checkGraph(graph([scale(1, 2), zero(0, 0)], 0));
    checkGraph(graph([scale(1, 2, 3), zero(0, 0, 0)], 1));
  });

  it("refuses scales, zero points and axes that make wrong numbers", () => {
    for (const value of [0, -1, NaN, Infinity, 2 ** -130]) assert.throws(() => checkGraph(graph([scale(value), zero(0)])), { message: `checkGraph: invalid scale of y: ${value}; expected a float32 of at least 2^-126` });
    assert.throws(() => checkGraph(graph([scale(1, 2), zero(0)], 0)), { message: "checkGraph: invalid shape of the zero point of y: []; expected [2], that of the scale" });
    assert.throws(() => checkGraph(graph([scale(1, 2), zero(0, 0)], 1)), { message: "checkGraph: invalid axis of y: 1 of [2,3]; expected one of length 2" });
    assert.throws(() => checkGraph(graph([scale(1), { ...zero(0), type: "uint8" }])), { message: "checkGraph: invalid type of the zero point of y: uint8; expected int8" });
    assert.throws(() => checkGraph(graph([scale(1)], undefined, { inputs: [{ name: "z", dims: [] }] })), { message: "checkGraph: missing scale or zero point of y; expected constants" });
  });

  it("refuses names unknown, doubled or missing, and constants of another size", () => {
    assert.throws(() => checkGraph(graph([scale(1)])), { message: "checkGraph: unknown input of y: z; expected one made before it" });
    assert.throws(() => checkGraph(graph([scale(1), zero(0), zero(0)])), { message: "checkGraph: invalid name: z is made twice; expected one of its own" });
    assert.throws(() => checkGraph(graph([scale(1), zero(0)], undefined, { outputs: [{ name: "x", dims: [] }] })), { message: "checkGraph: missing output: x; expected a node of that name" });
    assert.throws(() => checkGraph(graph([{ ...scale(1), dims: [3] }, zero(0)])), { message: "checkGraph: invalid number of values of s: 1; expected [3]" });
  });
});
