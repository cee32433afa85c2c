import assert from "node:assert/strict";
import { TimeLeft } from "zsq/dist/study/progress";

describe("TimeLeft", () => {
  it("has no opinion before anything was done", () => assert.equal(new TimeLeft([1, 2], 2, () => 0).seconds, null));

  it("scales the costs by the time that finished and running tasks took", () => {
    let now = 0;
    const left = new TimeLeft([1, 3, 4], 2, () => now);
    left.start("a", 1);
    left.start("b", 3);
    now = 10;
    left.finish("a"); // 10 s for a cost of 1
    assert.equal(left.seconds, (7 * 10) / 2);
    now = 20;
    left.advance("b", 2 / 3); // 20 s for a cost of 2
    assert.ok(Math.abs(left.seconds! - (5 * 10) / 2) < 1e-9);
  });
});
