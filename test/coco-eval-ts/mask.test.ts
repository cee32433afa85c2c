import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CocoEvaluator, evaluate, mask, type Detections, type EvaluateOptions, type GroundTruth } from "coco-eval-ts";
import { readFixture } from "../helpers/fixture";
import { sha256 } from "./cases";
import { mulberry32 } from "./random-scene";
import { segmScene } from "./segm-scene";

interface MaskCase {
  size: [height: number, width: number];
  counts: string[];
  areas: number[];
  boxes: number[][];
  union: string;
  intersection: string;
  pixels: string[];
  ious: string;
  crowd_ious: string;
}

const { masks, scenes } = readFixture<{ masks: MaskCase[]; scenes: string[] }>("coco", "masks.json");
const compressed = (rle: mask.Rle): string => mask.toJson(rle).counts;
const digest = (values: Uint8Array): string => createHash("sha256").update(values).digest("hex").slice(0, 12);

/** The masks of a case: polygons, boxes, pixels; equal to mask_case in test/fixtures/coco/generate_masks.py. */
function drawn(seed: number): { rles: mask.Rle[]; pixels: Uint8Array } {
  const random = mulberry32(seed), height = 1 + Math.floor(random() * 40), width = 1 + Math.floor(random() * 50);
  const polygons = Array.from({ length: 4 }, () => randomPolygon(random, height, width));
  const boxes = Array.from({ length: 2 }, () => [random() * width, random() * height, random() * width, random() * height]);
  const pixels = Uint8Array.from({ length: height * width }, () => Number(random() < 0.3));
  return { rles: [...polygons.map((xy) => mask.fromPolygon(xy, height, width)), ...boxes.map((box) => mask.fromBox(box, height, width)), mask.encode(pixels, height, width)], pixels };
}

function randomPolygon(random: () => number, height: number, width: number): number[] {
  const corners = 3 + Math.floor(random() * 7), grid = [0, 1, 0.5][Math.floor(random() * 3)], reach = [1, 1.4][Math.floor(random() * 2)], xy: number[] = [];
  for (let n = 0; n < corners; n++) {
    if (xy.length > 0 && random() < 0.1) {
      xy.push(...xy.slice(-2));
      continue;
    }
    const x = (random() - (reach - 1) / 2) * width * reach, y = (random() - (reach - 1) / 2) * height * reach;
    xy.push(...[x, y].map((v) => (grid ? Math.floor(v / grid) * grid : v)));
  }
  return xy;
}

describe("mask equals pycocotools 2.0.11", () => {
  const cases = masks.map((expected, i) => ({ expected, ...drawn(i + 1) }));
  const all = (what: string, check: (each: (typeof cases)[number]) => void): Mocha.Test => it(`${what}, ${cases.length} cases`, () => cases.forEach(check));

  all("polygons, boxes and pixels to run lengths", ({ rles, expected }) => assert.deepEqual(rles.map(compressed), expected.counts));
  all("area", ({ rles, expected }) => assert.deepEqual(rles.map(mask.area), expected.areas));
  all("toBbox", ({ rles, expected }) => assert.deepEqual(rles.map(mask.toBbox), expected.boxes));
  all("union and intersection", ({ rles, expected }) => {
    assert.equal(compressed(mask.merge(rles.slice(0, 4))), expected.union);
    assert.equal(compressed(mask.merge(rles.slice(3), true)), expected.intersection);
  });
  all("decode", ({ rles, expected }) => assert.deepEqual(rles.map((rle) => digest(mask.decode(rle))), expected.pixels));
  all("iou", ({ rles, expected }) => {
    const table = (crowd: boolean): string => sha256(Float64Array.from(rles.flatMap((a) => rles.map((b) => mask.iou(a, b, crowd))))).slice(0, 12);
    assert.deepEqual([table(false), table(true)], [expected.ious, expected.crowd_ious]);
  });
});

describe("mask", () => {
  it("encodes by columns, by hand", () => {
    assert.deepEqual(mask.encode([0, 1, 1, 1], 2, 2), { height: 2, width: 2, counts: Uint32Array.of(1, 3) });
    assert.deepEqual([...mask.encode([1, 0, 0, 0], 2, 2).counts], [0, 1, 3]);
    assert.deepEqual([...mask.encode([], 0, 0).counts], [0]);
  });

  it("decodes what it encodes", () => {
    for (let seed = 1; seed < 20; seed++) {
      const { rles, pixels } = drawn(seed);
      assert.deepEqual(mask.decode(rles[rles.length - 1]), pixels);
      for (const rle of rles) assert.deepEqual(mask.fromJson(mask.toJson(rle)), rle);
    }
  });

  it("has an IoU that is symmetric, and 1 with itself", () => {
    const { rles: [a, b] } = drawn(4);
    assert.equal(mask.iou(a, b), mask.iou(b, a));
    assert.equal(mask.iou(a, a), 1);
  });

  it("gives -1 for masks of different sizes, as pycocotools does", () => {
    assert.equal(mask.iou(mask.fromBox([0, 0, 2, 2], 4, 4), mask.fromBox([0, 0, 2, 2], 5, 4)), -1);
  });

  it("merges nothing, and different sizes, to an empty mask", () => {
    assert.deepEqual(mask.merge([]), { height: 0, width: 0, counts: new Uint32Array(0) });
    assert.equal(mask.merge([mask.fromBox([0, 0, 2, 2], 4, 4), mask.fromBox([0, 0, 2, 2], 5, 4)]).height, 0);
  });

  it("refuses what is no mask", () => {
    assert.throws(() => mask.encode([0, 1], 2, 2), { message: "encode: invalid pixels: 2; expected 2 x 2 values" });
    assert.throws(() => mask.decode({ height: 2, width: 2, counts: Uint32Array.of(1, 5) }), { message: "decode: invalid counts: 6 pixels; expected 2 x 2" });
    assert.throws(() => mask.fromJson({ size: [2, 2], counts: "a b" }), { message: "fromJson: invalid counts: a b; expected compressed run lengths" });
  });
});

describe("evaluate masks", () => {
  for (const compat of [undefined, "pycocotools"] as const) {
    it(`equals pycocotools on ${scenes.length} random scenes, all bits, ${compat ? "compat" : "strict where the scene is faultless"}`, () => {
      let compared = 0;
      const differing = scenes.flatMap((expected, i) => {
        const { gt, dets, params, iouType } = segmScene(i + 1);
        if (expected === "") return [];
        const evaluation = attempt(gt, dets, { ...params, iouType, compat }, compat !== undefined);
        if (!evaluation) return [];
        compared++;
        const { stats, precision, recall, scores: at } = evaluation;
        return sha256(stats, precision, recall, at).startsWith(expected) ? [] : [i + 1];
      });
      assert.deepEqual(differing, [], "seeds of scenes that differ");
      assert.ok(compared > scenes.length / 4, `${compared} compared`);
    });
  }

  const image = { id: 1, width: 20, height: 10 }, square = [[2, 2, 8, 2, 8, 8, 2, 8]];
  const truth = (segmentation: unknown = square, more: object = {}): GroundTruth => ({ images: [{ ...image, ...more }], categories: [{ id: 1 }], annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [2, 2, 6, 6], area: 36, iscrowd: 0, segmentation: segmentation as number[][] }] });
  const found = (segmentation: unknown): Detections => [{ image_id: 1, category_id: 1, score: 0.5, segmentation: segmentation as number[][] }];
  const options = { iouType: "segm" } as const;

  it("takes polygons, lists and compressed run lengths alike", () => {
    const rle = mask.fromPolygon(square[0], 10, 20);
    for (const form of [square, { size: [10, 20], counts: [...rle.counts] }, mask.toJson(rle)]) {
      assert.equal(evaluate(truth(form), found(form), options).precision[0], 0.9999999999999998);
    }
  });

  it("counts detections with box and mask, whose area is that of the box", () => {
    const dets = [{ image_id: 1, category_id: 1, score: 0.5, bbox: [2, 2, 6, 6], segmentation: square }];
    assert.deepEqual(evaluate(truth(), dets, options).warnings.map(({ code }) => code), ["area-of-box"]);
  });

  it("measures confusion and errors by masks too", () => {
    const evaluator = new CocoEvaluator(truth(), options).add(found([[2, 2, 8, 2, 2, 8]]));
    assert.deepEqual([...evaluator.confusion({ iou: 0.4 }).matrix], [1, 0, 0, 0]);
    assert.equal(evaluator.errors().errors.find(({ name }) => name === "Loc")!.count + evaluator.errors().ap, 1);
  });

  const faults: [what: string, gt: GroundTruth, dets: Detections, message: string][] = [
    ["images without size", truth(square, { width: undefined }), [], "evaluate: missing groundTruth#/images; expected width and height of every image that has masks"],
    ["ground truth without mask", truth(null), [], "evaluate: invalid groundTruth#/annotations/0/segmentation: null; expected polygons or run lengths"],
    ["no polygon", truth([]), [], "evaluate: invalid groundTruth#/annotations/0/segmentation: []; expected at least one polygon"],
    ["a polygon of two corners", truth([[1, 1, 2, 2]]), [], "evaluate: invalid groundTruth#/annotations/0/segmentation/0: [1,1,2,2]; expected x and y of at least 3 corners"],
    ["a polygon of 7 numbers", truth([[1, 1, 2, 2, 3, 3, 4]]), [], "evaluate: invalid groundTruth#/annotations/0/segmentation/0: [1,1,2,2,3,3,4]; expected x and y of at least 3 corners"],
    ["a corner far away", truth([[1, 1, 2, 1e9, 3, 3]]), [], "evaluate: invalid groundTruth#/annotations/0/segmentation/0/3: 1000000000; expected a number of at most a million pixels"],
    ["a corner that is text", truth([[1, 1, 2, "x", 3, 3]]), [], 'evaluate: invalid groundTruth#/annotations/0/segmentation/0/3: "x"; expected a number of at most a million pixels'],
    ["a detection's mask of another size", truth(), found({ size: [20, 10], counts: [200] }), "evaluate: invalid detections#/0/segmentation/size: [20,10]; expected [10,20] as its image"],
    ["counts that do not add up", truth(), found({ size: [10, 20], counts: [100, 5] }), "evaluate: invalid detections#/0/segmentation/counts: 105; expected 200 pixels in all"],
    ["a count below 0", truth(), found({ size: [10, 20], counts: [100, -5] }), "evaluate: invalid detections#/0/segmentation/counts/1: -5; expected a whole number >= 0"],
    ["a damaged string", truth(), found({ size: [10, 20], counts: "P" }), "evaluate: invalid detections#/0/segmentation/counts: \"P\"; expected compressed run lengths"],
    ["a detection without mask", truth(), found(undefined), "evaluate: missing detections#/0/segmentation; expected this field"],
    ["columns", truth(), { imageIds: [], categoryIds: [], boxes: new Float64Array(0), scores: [] }, "evaluate: unsupported detections: columns; expected a list of detections where masks or keypoints are compared"],
  ];
  for (const [what, gt, dets, message] of faults) it(`refuses ${what}`, () => assert.throws(() => evaluate(gt, dets, options), { name: "CocoEvalError", message }));
});

// the evaluation, or undefined where strict mode refuses the scene
function attempt(gt: GroundTruth, dets: Detections, options: EvaluateOptions, mustWork: boolean): ReturnType<typeof evaluate> | undefined {
  try {
    return evaluate(gt, dets, options);
  } catch (error) {
    if (mustWork) throw error;
    return undefined;
  }
}
