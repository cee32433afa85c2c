import assert from "node:assert/strict";
import { perAxis, perGroup, perTensor } from "zsq";
import { forEachRun, groupsOf } from "zsq/dist/quantize/granularity";

describe("groupsOf", () => {
  it("gives a whole tensor one scale", () => {
    assert.deepEqual(groupsOf([1, 32, 32, 64], perTensor), { groups: 1, inner: 65_536, indices: 1, size: 1 });
    assert.deepEqual(groupsOf([], perTensor), { groups: 1, inner: 1, indices: 1, size: 1 });
  });

  it("gives each index of an axis its scale, values of one index in runs of the axes after it", () => {
    assert.deepEqual(groupsOf([3, 3, 32, 64], perAxis(3)), { groups: 64, inner: 1, indices: 64, size: 1 });
    assert.deepEqual(groupsOf([3, 3, 32, 64], perAxis(2)), { groups: 32, inner: 64, indices: 32, size: 1 });
    assert.deepEqual(groupsOf([3, 5, 7], perAxis(0)), { groups: 3, inner: 35, indices: 3, size: 1 });
  });

  it("gives neighbouring indices of an axis one scale, fewer of them in the last group", () => {
    assert.deepEqual(groupsOf([3, 3, 32, 36], perGroup(3, 16)), { groups: 3, inner: 1, indices: 36, size: 16 });
    const runs: number[][] = [];
    forEachRun([2, 3, 2], groupsOf([2, 3, 2], perGroup(1, 2)), (...run) => runs.push(run));
    assert.deepEqual(runs, [[0, 2, 0], [2, 4, 0], [4, 6, 1], [6, 8, 0], [8, 10, 0], [10, 12, 1]]);
  });

  it("refuses an axis that the tensor lacks", () => {
    assert.throws(() => groupsOf([2, 3], perAxis(2)), { message: "perAxis: invalid axis: 2; expected less than 2, the rank of [2,3]" });
  });
});

describe("perAxis", () => {
  it("refuses an axis that is no index", () => {
    assert.throws(() => perAxis(-1), { message: "perAxis: invalid axis: -1; expected an integer >= 0" });
    assert.throws(() => perAxis(0.5), { message: "perAxis: invalid axis: 0.5; expected an integer >= 0" });
  });
});

describe("perGroup", () => {
  it("refuses a size or axis that is none", () => {
    assert.throws(() => perGroup(3, 0), { message: "perGroup: invalid size: 0; expected an integer >= 1" });
    assert.throws(() => perGroup(-1, 4), { message: "perGroup: invalid axis: -1; expected an integer >= 0" });
  });
});
