import assert from "node:assert/strict";
import { simulateRun } from "zsq/dist/runs/scaling";
import { estimateTasks, paperSlowdown } from "zsq/dist/runs/estimate-run";
import { kinds } from "zsq/dist/study/kinds";
import { scoreTask } from "zsq/dist/study/score-task";
import { taskKey } from "zsq/dist/study/task";

describe("simulateRun", () => {
  it("gives each task to the worker that is free first, level after level", () => {
    // 3 | 2 1 -> 3 s; then 2 s
    assert.deepEqual(simulateRun([[3, 2, 1], [2]], { workers: 2 }), { workers: 2, seconds: 5, efficiency: 0.8 });
    assert.deepEqual(simulateRun([[3, 2, 1], [2]], { workers: 1 }), { workers: 1, seconds: 8, efficiency: 1 });
  });

  it("counts the start of elements, and how many start in a second", () => {
    assert.equal(simulateRun([[1, 1, 1, 1]], { workers: 1, startSeconds: 1, tasksPerElement: 2 }).seconds, 6);
    assert.equal(simulateRun([[1, 1, 1]], { workers: 3, perSecond: 0.5 }).seconds, 5);
  });

  it("never beats the sum over the workers, the longest task, or more workers", () => {
    const levels = [Array.from({ length: 97 }, (_, i) => 1 + (i * 37) % 11), [5, 4]], work = levels.flat().reduce((a, b) => a + b);
    let before = Infinity;
    for (const workers of [1, 2, 7, 50, 1000]) {
      const { seconds, efficiency } = simulateRun(levels, { workers });
      assert.ok(seconds >= work / workers && seconds >= 11 + 5 && seconds <= before && efficiency <= 1);
      before = seconds;
    }
  });

  it("refuses what makes no sense", () => {
    for (const [options, message] of [[{ workers: 0 }, /simulateRun: invalid workers: 0/], [{ workers: 1, startSeconds: -1 }, /invalid start in seconds: -1/], [{ workers: 1, perSecond: 0 }, /invalid elements per second: 0/]] as const) {
      assert.throws(() => simulateRun([[1]], options), message);
    }
  });
});

describe("estimateTasks", () => {
  const dataset = { path: "val.json", sha256: "00" }, first = scoreTask("one", { sets: ["a"], limit: 500 }, dataset, []), second = scoreTask("two", { sets: ["a", "b"], limit: 500 }, dataset, [taskKey(first, kinds)]);

  it("corrects costs by what tasks took, and counts each task once", () => {
    // costs 1 and 1.5; those that ran took twice theirs
    const { levels, kinds: found } = estimateTasks([first, second, first], new Map([["score", { tasks: 4, seconds: 8, cost: 4 }]]));
    assert.deepEqual(levels, [[2], [3]]);
    assert.deepEqual(found, [{ kind: "score", tasks: 2, seconds: 5, measured: 4 }]);
    assert.deepEqual(estimateTasks([first], new Map(), () => 3).levels, [[3]]);
  });

  it("takes an image of the paper profile by its multiply-adds, or by the time of one", () => {
    assert.ok(paperSlowdown().image > 100);
    assert.ok(Math.abs(paperSlowdown(0.02).image - 3) < 1e-12);
    assert.equal(paperSlowdown().slowdown(first), 1);
    assert.throws(() => paperSlowdown(0), /estimate: invalid seconds for an image: 0; expected > 0/);
  });
});
