import assert from "node:assert/strict";
import { CocoEvaluator, evaluate, formatSummary, type Annotation, type Detections, type EvaluateOptions, type GroundTruth } from "coco-eval-ts";
import { assertClose } from "../helpers/close";
import { readFixture } from "../helpers/fixture";
import { hex, sha256 } from "./cases";
import { mulberry32, randomScene } from "./random-scene";

const { scenes } = readFixture<{ scenes: ({ digest: string; stats: string[] | null } | null)[] }>("coco", "keypoints.json");
const POINTS = 17;

/** The scene of a seed; equal to keypoint_scene in test/fixtures/coco/generate_keypoints.py. */
function keypointScene(seed: number): { gt: GroundTruth; dets: Detections } {
  const { gt, dets } = randomScene(seed), random = mulberry32(seed + 2000000);
  const inside = ([x, y, w, h]: readonly number[]): number[] => [x + random() * w, y + random() * h];
  const annotations: Annotation[] = gt.annotations.map((annotation) => {
    const share = [0, 0.4, 1][Math.floor(random() * 3)], keypoints: number[] = [];
    for (let k = 0; k < POINTS; k++) {
      const seen = random() < share ? 1 + Math.floor(random() * 2) : 0;
      keypoints.push(...(seen ? inside(annotation.bbox) : [0, 0]), seen);
    }
    return { ...annotation, keypoints, num_keypoints: keypoints.filter((v, i) => i % 3 === 2 && v > 0).length };
  });
  const found = dets.map(({ bbox, ...det }) => {
    const near = annotations.filter((each) => each.image_id === det.image_id && each.category_id === det.category_id);
    const truth = near.length > 0 ? near[Math.floor(random() * near.length)] : undefined, spread = 1 + random() * 12, keypoints: number[] = [];
    for (let k = 0; k < POINTS; k++) {
      const [x, y, seen] = truth?.keypoints?.slice(3 * k, 3 * k + 3) ?? [0, 0, 0];
      if (seen > 0) keypoints.push(x + (random() - 0.5) * spread, y + (random() - 0.5) * spread, 1);
      else keypoints.push(...inside(truth?.bbox ?? bbox), 0);
    }
    return { ...det, ...(seed % 2 ? {} : { bbox }), keypoints };
  });
  return { gt: { ...gt, annotations }, dets: found };
}

describe("evaluate keypoints", () => {
  it(`equals pycocotools on ${scenes.length} random scenes, all bits`, () => {
    const differing = scenes.flatMap((expected, i) => {
      if (!expected) return [];
      const { gt, dets } = keypointScene(i + 1), { stats, precision, recall, scores } = evaluate(gt, dets, { iouType: "keypoints", compat: "pycocotools" });
      if (expected.stats) assert.deepEqual([...stats].map(hex), expected.stats);
      return sha256(stats, precision, recall, scores).startsWith(expected.digest) ? [] : [i + 1];
    });
    assert.deepEqual(differing, [], "seeds of scenes that differ");
  });

  const options: EvaluateOptions = { iouType: "keypoints", kpt_oks_sigmas: [0.1] };
  const truth = (keypoints: unknown = [10, 10, 2], num_keypoints: unknown = 1): GroundTruth => ({
    images: [{ id: 1 }], categories: [{ id: 1, name: "dot" }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 50, 40], area: 2000, iscrowd: 0, keypoints: keypoints as number[], num_keypoints: num_keypoints as number }],
  });
  const found = (keypoints: unknown = [10, 10, 1]): Detections => [{ image_id: 1, category_id: 1, bbox: [0, 0, 50, 40], keypoints: keypoints as number[], score: 0.5 }];

  it("matches from exp(-d^2 / (2 area (2 sigma)^2)) on, by hand", () => {
    // d = 6: exp(-36 / (2 * 2000 * 0.04)) = exp(-0.225) = 0.799
    const { figures } = evaluate(truth(), found([16, 10, 1]), { ...options, iouThrs: [0.5, 0.75, 0.79, 0.8] });
    assertClose([figures[5].value!], [3 / 4], 1e-15);
    assert.deepEqual(figures.map(({ name }) => name), ["AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl"]);
  });

  it("ignores objects without labelled keypoints, and what lies in twice their box", () => {
    const evaluator = new CocoEvaluator(truth([0, 0, 0], 0), options).add(found([99, 79, 1]));
    assert.equal(evaluator.evaluate().figures[0].reason, 'no ground truth in area range "all"');
    assert.deepEqual(evaluator.matches()[0].dtIgnore, Array(10).fill([1]));
  });

  it("prints ten lines", () => {
    const lines = formatSummary(evaluate(truth(), found(), options));
    assert.equal(lines.length, 10);
    assert.equal(lines[6], " Average Recall     (AR) @[ IoU=0.50      | area=   all | maxDets= 20 ] = 1.000");
  });

  const faults: [what: string, gt: GroundTruth, dets: Detections, more: object, message: string][] = [
    ["too few numbers", truth([1, 2]), [], {}, "invalid groundTruth#/annotations/0/keypoints: [1,2]; expected 3 numbers: x, y and visibility of each keypoint"],
    ["text", truth([1, "2", 1]), [], {}, 'invalid groundTruth#/annotations/0/keypoints/1: "2"; expected a finite number'],
    ["no count of labelled keypoints", truth([1, 2, 1], null), [], {}, "invalid groundTruth#/annotations/0/num_keypoints: null; expected a number >= 0"],
    ["detections of another skeleton", truth(), found([1, 2, 1, 1, 2, 1]), {}, "invalid detections#/0/keypoints: [1,2,1,1,2,1]; expected 3 numbers: x, y and visibility of each keypoint"],
    ["sigmas of 0", truth(), [], { kpt_oks_sigmas: [0] }, "invalid params#/kpt_oks_sigmas/0: 0; expected numbers > 0"],
    ["categories as one", truth(), [], { useCats: 0 }, "unsupported params#/useCats: 0; expected 1 where keypoints are compared: pycocotools then matches nothing"],
  ];
  for (const [what, gt, dets, more, message] of faults) {
    it(`refuses ${what}`, () => assert.throws(() => evaluate(gt, dets, { ...options, ...more }), { name: "CocoEvalError", message: `evaluate: ${message}` }));
  }
});
