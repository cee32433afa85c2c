import assert from "node:assert/strict";
import { Calibration, percentile } from "zsq";
import { LearnedRanges } from "zsq/dist/train/learned-ranges";
import { assertClose } from "../../helpers/close";

const calibration = new Calibration([["a", { min: -1, max: 3, magnitude: 3 }], ["b", { min: 0, max: 2, magnitude: 2 }], ["c", { min: -1, max: 1, magnitude: 1 }]], percentile(100), 4);

describe("LearnedRanges", () => {
  it("moves ends against their gradient, at first by the rate in parts of the range, whatever the gradient's size", () => {
    const ranges = new LearnedRanges(calibration, 0.01);
    ranges.learn(new Map([["a", [1e-6, -5]], ["b", [7, 1e-4]]]));
    const [a, b, c] = ["a", "b", "c"].map((key) => ranges.calibration.get(key)!);
    assertClose([a.min, a.max, a.magnitude, b.max], [-1.04, 3.04, 3.04, 1.98], 1e-6);
    assert.equal(b.min, 0); // 0 stays
    assert.deepEqual(c, calibration.get("c"));
    assert.deepEqual([ranges.calibration.images, ranges.calibration.calibrator, calibration.get("a")!.max], [4, percentile(100), 3]);
  });

  it("finds the end of least loss", () => {
    const ranges = new LearnedRanges(calibration, 0.02);
    for (let step = 0; step < 200; step++) ranges.learn(new Map([["b", [0, 2 * (ranges.calibration.get("b")!.max - 1.2)]]])); // (max - 1.2)^2
    assertClose([ranges.calibration.get("b")!.max], [1.2], 0.02);
  });

  it("never moves an end past 0 or the ends together, and stays at rate 0", () => {
    const fast = new LearnedRanges(calibration, 10), still = new LearnedRanges(calibration, 0);
    for (let step = 0; step < 100; step++) for (const ranges of [fast, still]) ranges.learn(new Map([["a", [-1, 1]]]));
    const { min, max } = fast.calibration.get("a")!;
    assert.ok(min === 0 && max > 0 && max < 0.01, `${min} to ${max}`);
    assert.deepEqual([...still.calibration], [...calibration]);
  });
});
