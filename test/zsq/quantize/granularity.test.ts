import assert from "node:assert/strict";
import { perAxis, perTensor } from "zsq";
import { groupsOf } from "zsq/dist/quantize/granularity";

describe("groupsOf", () => {
  it("gives a whole tensor one scale", () => {
    assert.deepEqual(groupsOf([1, 32, 32, 64], perTensor), { groups: 1, inner: 65_536 });
    assert.deepEqual(groupsOf([], perTensor), { groups: 1, inner: 1 });
  });

  it("gives each index of an axis its scale, values of one index in runs of the axes after it", () => {
    assert.deepEqual(groupsOf([3, 3, 32, 64], perAxis(3)), { groups: 64, inner: 1 });
    assert.deepEqual(groupsOf([3, 3, 32, 64], perAxis(2)), { groups: 32, inner: 64 });
    assert.deepEqual(groupsOf([3, 5, 7], perAxis(0)), { groups: 3, inner: 35 });
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
