import assert from "node:assert/strict";
import { evaluate, type Evaluation } from "coco-eval-ts";
import { hex, originalCases, sha256, type Expected } from "./cases";

describe("evaluate equals pycocotools 2.0.11", () => {
  for (const { name, gt, dets, params, expected } of originalCases()) {
    if (expected.error !== undefined) {
      it(`${name}: throws`, () => assert.throws(() => evaluate(gt, dets, { ...params, compat: "pycocotools" }), { name: "CocoEvalError" }));
      continue;
    }
    it(`${name}, strict`, () => assertEqual(evaluate(gt, dets, params), expected));
    it(`${name}, compat`, () => assertEqual(evaluate(gt, dets, { ...params, compat: "pycocotools" }), expected));
  }
});

function assertEqual(evaluation: Evaluation, expected: Expected): void {
  const { counts, stats, precision, recall, scores, perCategory } = evaluation;
  assert.deepEqual(counts, expected.counts);
  // pycocotools' -1 is an int; its hex is that of -1.0
  assert.deepEqual([...stats].map(hex), expected.stats_hex);
  assert.equal(sha256(precision), expected.precision_sha256);
  assert.equal(sha256(recall), expected.recall_sha256);
  assert.equal(sha256(scores), expected.scores_sha256);
  assert.deepEqual([...recall], expected.recall);
  const { cat_ids, ap, ap50, ar } = expected.per_category;
  assert.deepEqual(perCategory.map(({ id }) => id), cat_ids);
  assert.deepEqual(perCategory.map((category) => category.ap), ap);
  assert.deepEqual(perCategory.map((category) => category.ap50), ap50);
  assert.deepEqual(perCategory.map((category) => category.ar), ar);
}
