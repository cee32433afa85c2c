import assert from "node:assert/strict";
import { fixtureBatches } from "zsq/dist/parity/fixture-data";
import { arange, floorDivide, histogram, linspace, pairwiseSum } from "zsq/dist/parity/numpy-float32";
import { readFixture } from "../../helpers/fixture";

interface Case<From, To> {
  from: From;
  to: To;
}

const expected = readFixture<{
  linspace: Case<[number, number, number], number[]>[]; arange: Case<[number, number, number], number[]>[]; floorDivide: Case<[number, number], number>[]; pairwiseSum: Case<number, number>[]; histogram: number[];
}>("zsq", "parity", "numpy-float32.json");

const [data] = fixtureBatches({ family: "heavy_tail", seed: 3, sizes: [1000], scales: [1] });

describe("numpy in float32", () => {
  for (const { from, to } of expected.linspace) it(`linspace(${from.join(", ")})`, () => assert.deepEqual([...linspace(...from)], to));

  for (const { from, to } of expected.arange) it(`arange(${from.join(", ")}): ${to.length} values`, () => assert.deepEqual([...arange(...from)], to));

  for (const { from, to } of expected.floorDivide) it(`${from.join(" // ")} = ${to}`, () => assert.equal(floorDivide(...from), to));

  for (const { from, to } of expected.pairwiseSum) it(`sum of ${from} values`, () => assert.equal(pairwiseSum(data.subarray(0, from)), to));

  it("counts between edges as numpy.histogram does", () => assert.deepEqual([...histogram(data, linspace(-20, 20, 65))], expected.histogram));

  it("counts a value on an edge above it, the last edge below, nothing beyond", () =>
    assert.deepEqual([...histogram(Float32Array.of(0, 1, 2, 2.5, -1, NaN), Float32Array.of(0, 1, 2))], [1, 2]));
});
