import assert from "node:assert/strict";
import { CocoEvaluator, evaluate, iouThresholds, type Annotation, type Detection } from "coco-eval-ts";
import { originalCases } from "./cases";
import { smallDetections, smallTruth } from "./small-set";

describe("evaluate", () => {
  it("gives 1 for perfect detections once a category has two of them", () => {
    const gt = smallTruth();
    gt.annotations.push({ id: 4, image_id: 1, category_id: 2, bbox: [100, 100, 20, 20], area: 400, iscrowd: 0 });
    const dets = [...smallDetections(), { image_id: 1, category_id: 2, bbox: [100, 100, 20, 20], score: 0.3 }];
    const { stats } = evaluate(gt, dets);
    assert.equal(stats[0], 1);
    assert.equal(stats[8], 1);
  });

  it("gives a lone true positive a precision of 1 - 2^-52, as pycocotools does", () => {
    assert.equal(evaluate(smallTruth(), smallDetections()).perCategory[1].ap, 0.9999999999999998);
  });

  it("halves the precision behind a false positive of higher score", () => {
    const gt = smallTruth();
    gt.annotations.splice(1);
    const dets = [{ image_id: 2, category_id: 1, bbox: [100, 100, 20, 20], score: 0.95 }, smallDetections()[0]];
    assert.equal(evaluate(gt, dets).stats[0], 0.5);
  });

  it("counts an IoU equal to the threshold as a match", () => {
    const gt = smallTruth();
    gt.annotations.splice(1);
    const half = [{ image_id: 1, category_id: 1, bbox: [10, 10, 10, 20], score: 0.5 }];
    assert.deepEqual(Array.from(evaluate(gt, half).stats.subarray(0, 3), (x) => x.toFixed(4)), ["0.1000", "1.0000", "0.0000"]);
  });

  it("does not depend on the order of images, categories or annotations", () => {
    const { gt, dets } = originalCases()[0];
    const reversed = { images: [...gt.images].reverse(), categories: [...gt.categories].reverse(), annotations: [...gt.annotations].reverse() };
    assert.deepEqual(evaluate(reversed, dets).stats, evaluate(gt, dets).stats);
  });

  it("depends only on the order of scores, not on their values", () => {
    const { gt, dets } = originalCases()[1];
    assert.deepEqual(evaluate(gt, dets.map((det) => ({ ...det, score: det.score / 2 - 3 }))).stats, evaluate(gt, dets).stats);
  });

  it("never gains from a false positive of lowest score", () => {
    const { gt, dets } = originalCases()[0];
    const before = evaluate(gt, dets).stats, after = evaluate(gt, [...dets, { image_id: gt.images[0].id, category_id: gt.categories[0].id, bbox: [600, 400, 5, 5], score: 0 }]).stats;
    for (let i = 0; i < 12; i++) assert.ok(after[i] <= before[i]);
  });

  it("takes columns, float32 boxes included, as it takes objects", () => {
    const { gt, dets } = originalCases().find(({ name }) => name.endsWith("f32"))!;
    const columns = { imageIds: dets.map((d) => d.image_id), categoryIds: dets.map((d) => d.category_id), boxes: Float32Array.from(dets.flatMap((d) => [...d.bbox])), scores: dets.map((d) => d.score) };
    const rounded = dets.map((det, i) => ({ ...det, bbox: [...columns.boxes.subarray(4 * i, 4 * i + 4)] }));
    assert.deepEqual(evaluate(gt, columns).precision, evaluate(gt, rounded).precision);
  });

  it("takes detections in parts as it takes them at once", () => {
    const { gt, dets } = originalCases()[3], evaluator = new CocoEvaluator(gt);
    for (let i = 0; i < dets.length; i += 17) evaluator.add(dets.slice(i, i + 17));
    assert.deepEqual(evaluator.evaluate(), evaluate(gt, dets));
  });

  it("changes nothing that it is given", () => {
    const { gt, dets } = originalCases()[0], before = JSON.stringify([gt, dets]);
    evaluate(gt, dets, { maxDets: [100, 1, 10] });
    assert.equal(JSON.stringify([gt, dets]), before);
  });

  it("ranks many detections as it ranks few: radix sort equals comparison sort", () => {
    const annotations: Annotation[] = [], dets: Detection[] = [];
    for (let n = 0; n < 60; n++) annotations.push({ id: n + 1, image_id: 1, category_id: 1, bbox: [10 * n, 0, 9, 9], area: 81, iscrowd: 0 });
    for (let n = 0; n < 6000; n++) dets.push({ image_id: 1, category_id: 1, bbox: [10 * ((n * 7) % 60), n % 3, 9, 9], score: ((n * 7919) % 6007) / 6007 - 0.3 });
    const gt = { images: [{ id: 1 }], categories: [{ id: 1 }], annotations };
    const best = [...dets].sort((a, b) => b.score - a.score).slice(0, 3000);
    assert.deepEqual(new CocoEvaluator(gt, { maxDets: [1, 10, 3000] }).add(dets).matches()[0].dtScores, best.map(({ score }) => score));
  });
});

describe("evaluate with nothing to measure", () => {
  it("gives 0 without detections", () => assert.deepEqual([...evaluate(smallTruth(), []).stats.subarray(0, 3)], [0, 0, 0]));

  it("gives -1, null and a reason without ground truth", () => {
    const { stats, figures, perCategory } = evaluate({ ...smallTruth(), annotations: [] }, smallDetections());
    assert.deepEqual([...stats], Array(12).fill(-1));
    assert.deepEqual(figures[0], { name: "AP", value: null, reason: 'no ground truth in area range "all"' });
    assert.deepEqual(perCategory[0], { id: 1, name: "one", ap: -1, ap50: -1, ar: -1, reason: "no ground truth of this category" });
  });

  it("gives -1 and a reason for absent thresholds, limits and ranges", () => {
    const { figures } = evaluate(smallTruth(), smallDetections(), { iouThrs: [0.6], maxDets: [1, 5], areaRng: [[0, 1e10]], areaRngLbl: ["all"] });
    const reasons = Object.fromEntries(figures.map(({ name, reason }) => [name, reason]));
    assert.equal(reasons.AP, "maxDets does not contain 100");
    assert.equal(reasons.AP50, "maxDets has fewer than three limits");
    assert.equal(reasons.AR5, null);
    const third = evaluate(smallTruth(), smallDetections(), { iouThrs: [0.6], areaRng: [[0, 1e10]], areaRngLbl: ["all"] }).figures;
    assert.equal(third[1].reason, "iouThrs does not contain 0.5");
    assert.equal(third[3].reason, 'areaRngLbl has no "small"');
  });

  it("takes an empty ground truth", () => assert.equal(evaluate({ images: [], annotations: [], categories: [] }, []).stats[0], -1));

  it("refuses to list the matches of an unknown area range", () => {
    assert.throws(() => new CocoEvaluator(smallTruth()).matches("tiny"), { message: "matches: unknown area range: tiny; expected one of all, small, medium, large" });
  });
});

describe("iouThresholds", () => {
  it("holds numpy's values, not decimal fractions", () => {
    assert.equal(iouThresholds()[8], 0.8999999999999999);
    assert.equal(iouThresholds()[9], 0.95);
    assert.ok(iouThresholds().includes(0.75));
  });
});
