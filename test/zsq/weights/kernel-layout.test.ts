import assert from "node:assert/strict";
import { toHeightWidthInOut, toOutInHeightWidth } from "zsq/dist/weights/kernel-layout";

describe("kernel layout", () => {
  const shape = [1, 2, 2, 3]; // height, width, in, out
  const ours = Float32Array.from({ length: 12 }, (_, i) => i);

  it("puts element [y, x, i, o] at [o, i, y, x]", () => {
    assert.deepEqual([...toOutInHeightWidth(ours, shape)], [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]);
  });

  it("comes back", () => {
    assert.deepEqual(toHeightWidthInOut(toOutInHeightWidth(ours, shape), shape), ours);
  });
});
