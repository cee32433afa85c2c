import assert from "node:assert/strict";
import { roundHalfToEven } from "zsq/dist/tensor/round";

describe("roundHalfToEven", () => {
  it("takes halves to the even neighbour, others to the nearest", () => {
    assert.deepEqual([0.5, 1.5, 2.5, 127.5, 0.49, 0.51].map(roundHalfToEven), [0, 2, 2, 128, 0, 1]);
    assert.deepEqual([-1.5, -2.5, -127.5, -0.51, -1.49].map(roundHalfToEven), [-2, -2, -128, -1, -1]);
  });

  it("keeps integers, infinities and numbers without fraction bits", () => {
    for (const x of [0, -3, 2 ** 53, -(2 ** 60), Infinity, -Infinity]) assert.equal(roundHalfToEven(x), x);
    assert.ok(Number.isNaN(roundHalfToEven(NaN)));
  });

  it("takes the number below a half down", () => {
    assert.equal(roundHalfToEven(0.5 - 2 ** -54), 0);
  });
});
