import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nms, Random } from "zsq";

interface Case { name: string; threshold: number; boxes: number[]; scores: number[]; labels: number[]; kept: number[] }

const run = ({ boxes, scores, labels, threshold }: Omit<Case, "kept" | "name">, most?: number): number[] =>
  [...nms(Float32Array.from(boxes), Float32Array.from(scores), Int32Array.from(labels), threshold, most)];

const example = { boxes: [0, 0, 4, 4, 0, 0, 4, 3, 10, 10, 12, 12], scores: [0.5, 0.9, 0.1], labels: [1, 1, 1], threshold: 0.5 };

describe("nms", () => {
  it("drops a box that a better one of its class overlaps", () => {
    assert.deepEqual(run(example), [1, 2]);
  });

  it("keeps boxes of other classes", () => {
    assert.deepEqual(run({ ...example, labels: [2, 1, 1] }), [1, 0, 2]);
  });

  it("keeps a box whose overlap is exactly the threshold", () => {
    assert.deepEqual(run({ ...example, threshold: 0.75 }), [1, 0, 2]);
  });

  it("gives ties to the lower index", () => {
    assert.deepEqual(run({ ...example, scores: [1, 1, 1] }), [0, 2]);
  });

  it("lets only kept boxes suppress others", () => {
    const chain = { boxes: [0, 0, 4, 1, 1, 0, 5, 1, 2, 0, 6, 1], scores: [3, 2, 1], labels: [0, 0, 0], threshold: 0.5 };
    assert.deepEqual(run(chain), [0, 2]);
  });

  it("stops at the number wanted", () => {
    assert.deepEqual(run(example, 1), [1]);
    assert.deepEqual(run(example, 0), []);
  });

  it("has no overlap between boxes without area", () => {
    assert.deepEqual(run({ ...example, boxes: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] }), [1, 0, 2]);
  });

  it("returns nothing for no boxes", () => {
    assert.deepEqual(run({ boxes: [], scores: [], labels: [], threshold: 0.5 }), []);
  });

  it("changes nothing when applied to its result", () => {
    const random = new Random(1);
    const boxes = Array.from({ length: 100 }, () => [random.uniform(0, 8), random.uniform(0, 8)]).flatMap(([x, y]) => [x, y, x + random.uniform(0, 9), y + random.uniform(0, 9)]);
    const scores = Array.from({ length: 100 }, () => random.uniform());
    const labels = scores.map(() => random.integer(0, 3));
    const kept = run({ boxes, scores, labels, threshold: 0.4 });
    assert.ok(kept.length > 3 && kept.length < 100);
    const again = run({ boxes: kept.flatMap((k) => boxes.slice(4 * k, 4 * k + 4)), scores: kept.map((k) => scores[k]), labels: kept.map((k) => labels[k]), threshold: 0.4 });
    assert.deepEqual(again, kept.map((_, i) => i));
  });

  const { cases } = JSON.parse(readFileSync(join("test", "fixtures", "zsq", "evaluate", "nms.json"), "utf8")) as { cases: Case[] };
  for (const { name, kept, ...input } of cases) it(`equals the reference: ${name}`, () => assert.deepEqual(run(input), kept));

  it("refuses lengths that do not fit", () => {
    assert.throws(() => run({ ...example, scores: [1, 2] }), { message: "nms: invalid lengths: 12 box coordinates, 2 scores, 3 labels; expected 4 m, m and m" });
  });

  it("refuses NaN scores", () => {
    assert.throws(() => run({ ...example, scores: [1, NaN, 0] }), { message: "nms: invalid score: NaN at 1; expected numbers" });
  });
});
