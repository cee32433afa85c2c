import assert from "node:assert/strict";
import { CocoEvalError, CocoEvaluator, evaluate, type Evaluation } from "coco-eval-ts";
import { edgeCases, hex, oddScenes, originalCases, sceneDigests, sha256, type Expected } from "./cases";
import { randomScene } from "./random-scene";

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

describe("CocoEvaluator.matches equals evalImgs of pycocotools", () => {
  for (const { name, gt, dets, params, expected } of originalCases().filter((each) => each.expected.matches)) {
    it(name, () => {
      const byCell = new Map(new CocoEvaluator(gt, params).add(dets).matches().map(({ dtScores: _, ...cell }) => [`${cell.image_id} ${cell.category_id}`, cell]));
      for (const cell of expected.matches!) assert.deepEqual(byCell.get(`${cell.image_id} ${cell.category_id}`), cell);
      assert.equal(byCell.size, expected.matches!.length);
    });
  }
});

describe("compat: pycocotools on odd input", () => {
  for (const { name, gt, dets, params, expected } of edgeCases()) {
    const options = { ...params, compat: "pycocotools" } as const;
    if (expected.error === undefined) it(name, () => assertEqual(evaluate(gt, dets, options), expected));
    else it(`${name}: throws where pycocotools raises ${expected.error}`, () => assert.throws(() => evaluate(gt, dets, options), CocoEvalError));
  }
});

describe("compat: pycocotools on random scenes", () => {
  const digests = sceneDigests();
  it(`${digests.length} scenes, all bits of stats and arrays`, () => {
    const differing = digests.flatMap((digest, i) => {
      const { gt, dets, params } = randomScene(i + 1), { stats, precision, recall, scores } = evaluate(gt, dets, { ...params, compat: "pycocotools" });
      return sha256(stats, precision, recall, scores).startsWith(digest) ? [] : [i + 1];
    });
    assert.deepEqual(differing, [], "seeds of scenes that differ");
  });
});

function assertEqual(evaluation: Evaluation, expected: Expected): void {
  const { counts, stats, precision, recall, scores, perCategory } = evaluation;
  assert.deepEqual(counts, expected.counts);
  // pycocotools' -1 is an int; its hex is that of -1.0
  assert.deepEqual([...stats].map(hex), expected.stats_hex);
  assert.equal(sha256(precision), expected.precision_sha256);
  assert.equal(sha256(recall), expected.recall_sha256);
  assert.equal(sha256(scores), expected.scores_sha256);
  if (expected.recall) assert.deepEqual([...recall], expected.recall);
  const { cat_ids, ap, ap50, ar } = expected.per_category;
  assert.deepEqual(perCategory.map(({ id }) => id), cat_ids);
  assert.deepEqual(perCategory.map((category) => category.ap), ap);
  assert.deepEqual(perCategory.map((category) => category.ap50), ap50);
  assert.deepEqual(perCategory.map((category) => category.ar), ar);
}

describe("compat: pycocotools on scenes with oddities", () => {
  for (const { seed, iouType, notes, gt, dets, params, expected } of oddScenes()) {
    const options = { ...params, iouType, compat: "pycocotools" } as const, what = `${seed}, ${iouType}: ${[...notes, ...Object.keys(params)].join(", ")}`;
    if ("error" in expected) {
      it(`${what}: throws where pycocotools raises`, () => assert.throws(() => evaluate(gt, dets, options), CocoEvalError));
      continue;
    }
    it(what, () => {
      const { stats, precision, recall, scores } = evaluate(gt, dets, options);
      assert.deepEqual({ stats: [...stats].map(hex), precision_sha256: sha256(precision), recall_sha256: sha256(recall), scores_sha256: sha256(scores) }, expected);
    });
  }
});
