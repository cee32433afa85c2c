import assert from "node:assert/strict";
import { CocoEvalError, evaluate, type Detections, type EvaluateOptions, type GroundTruth } from "coco-eval-ts";
import { smallDetections, smallTruth } from "./small-set";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- faulty on purpose
type Loose = any;
type Fault = [what: string, change: (input: { gt: Loose; dets: Loose; params: Loose }) => void, message: string];

const GT = "evaluate: invalid groundTruth#", DT = "evaluate: invalid detections#", SAFE = "an integer of at most 53 bits or a string";

const faults: Fault[] = [
  ["ground truth that is a list", (s) => { s.gt = []; }, "evaluate: invalid groundTruth: []; expected an object with images, annotations and categories"],
  ["missing images", ({ gt }) => delete gt.images, "evaluate: missing groundTruth#/images; expected a list"],
  ["missing annotations", ({ gt }) => delete gt.annotations, "evaluate: missing groundTruth#/annotations; expected a list"],
  ["categories that are no list", ({ gt }) => { gt.categories = {}; }, `${GT}/categories: {}; expected a list`],
  ["image without id", ({ gt }) => delete gt.images[1].id, "evaluate: missing groundTruth#/images/1/id; expected an id"],
  ["image that is no object", ({ gt }) => { gt.images[1] = 2; }, `${GT}/images/1: 2; expected an object with an id`],
  ["image id twice", ({ gt }) => { gt.images[1].id = 1; }, `${GT}/images/1/id: 1; expected each id once`],
  ["image id beyond 53 bits", ({ gt }) => { gt.images[1].id = 2 ** 53; }, `${GT}/images/1/id: 9007199254740992; expected ${SAFE}`],
  ["image ids of two types", ({ gt }) => { gt.images[1].id = "2"; gt.annotations[2].image_id = "2"; }, 'evaluate: invalid groundTruth#/images: 1 and "2"; expected ids of one type, all numbers or all strings'],
  ["category id twice", ({ gt }) => { gt.categories[1].id = 1; }, `${GT}/categories/1/id: 1; expected each id once`],
  ["annotation that is no object", ({ gt }) => { gt.annotations[1] = null; }, `${GT}/annotations/1: null; expected an object`],
  ["annotation without id", ({ gt }) => delete gt.annotations[1].id, "evaluate: missing groundTruth#/annotations/1/id; expected this field"],
  ["annotation id 0", ({ gt }) => { gt.annotations[1].id = 0; }, `${GT}/annotations/1/id: 0; expected an id other than 0, which pycocotools takes for no match; try ids from 1`],
  ["annotation id twice", ({ gt }) => { gt.annotations[1].id = 1; }, `${GT}/annotations/1/id: 1; expected each id once`],
  ["annotation id that is a fraction", ({ gt }) => { gt.annotations[1].id = 1.5; }, `${GT}/annotations/1/id: 1.5; expected ${SAFE}`],
  ["annotation on an unknown image", ({ gt }) => { gt.annotations[1].image_id = 9; }, "evaluate: unknown groundTruth#/annotations/1/image_id: 9; expected an id of /images"],
  ["annotation of an unknown category", ({ gt }) => { gt.annotations[1].category_id = 9; }, "evaluate: unknown groundTruth#/annotations/1/category_id: 9; expected an id of /categories"],
  ["annotation without box", ({ gt }) => delete gt.annotations[1].bbox, "evaluate: missing groundTruth#/annotations/1/bbox; expected this field"],
  ["annotation box of five", ({ gt }) => gt.annotations[1].bbox.push(1), `${GT}/annotations/1/bbox: [40,10,30,50,1]; expected [x, y, width, height] in pixels`],
  ["annotation box with NaN", ({ gt }) => { gt.annotations[1].bbox[0] = NaN; }, `${GT}/annotations/1/bbox/0: NaN; expected a finite number`],
  ["annotation box with null", ({ gt }) => { gt.annotations[1].bbox[1] = null; }, `${GT}/annotations/1/bbox/1: null; expected a finite number`],
  ["annotation box of negative width", ({ gt }) => { gt.annotations[1].bbox[2] = -4; }, `${GT}/annotations/1/bbox/2: -4; expected a finite number >= 0`],
  ["annotation without area", ({ gt }) => delete gt.annotations[1].area, "evaluate: missing groundTruth#/annotations/1/area; expected this field"],
  ["annotation area NaN", ({ gt }) => { gt.annotations[1].area = NaN; }, `${GT}/annotations/1/area: NaN; expected a finite number >= 0, in square pixels`],
  ["annotation without iscrowd", ({ gt }) => delete gt.annotations[1].iscrowd, "evaluate: missing groundTruth#/annotations/1/iscrowd; expected this field"],
  ["annotation iscrowd 2", ({ gt }) => { gt.annotations[1].iscrowd = 2; }, `${GT}/annotations/1/iscrowd: 2; expected 0 or 1`],
  ["detections in an object", (s) => { s.dets = { annotations: s.dets }; }, 'evaluate: invalid detections: {"annotations":[{"image_id":1,"category_id":1,"bbox":[10,...; expected a list of {image_id, category_id, bbox, score}'],
  ["detection that is no object", ({ dets }) => { dets[1] = 7; }, `${DT}/1: 7; expected an object with image_id, category_id, bbox and score`],
  ["detection without image", ({ dets }) => delete dets[1].image_id, "evaluate: missing detections#/1/image_id; expected this field"],
  ["detection on an unknown image", ({ dets }) => { dets[1].image_id = 9; }, "evaluate: unknown detections#/1/image_id: 9; expected an id of the ground truth's images"],
  ["detection on an image id of another type", ({ dets }) => { dets[1].image_id = "1"; }, 'evaluate: unknown detections#/1/image_id: "1"; expected an id of the ground truth\'s images; try 1, which it lists'],
  ["detection without category", ({ dets }) => delete dets[1].category_id, "evaluate: missing detections#/1/category_id; expected this field"],
  ["detection of an unknown category", ({ dets }) => { dets[1].category_id = 9; }, "evaluate: unknown detections#/1/category_id: 9; expected an id of the ground truth's categories"],
  ["detection of class 0", ({ dets }) => { dets[1].category_id = 0; }, "evaluate: unknown detections#/1/category_id: 0; expected an id of the ground truth's categories; try ids in place of classes counted from 0"],
  ["detection without box", ({ dets }) => delete dets[1].bbox, "evaluate: missing detections#/1/bbox; expected this field"],
  ["detection box of three", ({ dets }) => dets[1].bbox.pop(), `${DT}/1/bbox: [40,10,30]; expected [x, y, width, height] in pixels`],
  ["detection box with text", ({ dets }) => { dets[1].bbox[3] = "50"; }, `${DT}/1/bbox/3: "50"; expected a number`],
  ["detection box with infinity", ({ dets }) => { dets[1].bbox[0] = Infinity; }, `${DT}/1/bbox/0: Infinity; expected a finite number`],
  ["detection box of negative height", ({ dets }) => { dets[1].bbox[3] = -1; }, `${DT}/1/bbox/3: -1; expected a finite number >= 0`],
  ["detection without score", ({ dets }) => delete dets[1].score, "evaluate: missing detections#/1/score; expected this field"],
  ["detection score null", ({ dets }) => { dets[1].score = null; }, `${DT}/1/score: null; expected a number`],
  ["detection score NaN", ({ dets }) => { dets[1].score = NaN; }, `${DT}/1/score: NaN; expected a finite number`],
  ["columns of different lengths", (s) => { s.dets = { imageIds: [1], categoryIds: [1], boxes: new Float64Array(3), scores: [1] }; }, `${DT}/boxes: 3 values; expected 4 values for 1 scores`],
  ["columns with NaN", (s) => { s.dets = { imageIds: [1, 1], categoryIds: [1, 1], boxes: Float32Array.of(0, 0, 1, 1, 0, NaN, 1, 1), scores: [1, 1] }; }, `${DT}/boxes/5: NaN; expected a finite number`],
  ["parameters that are no object", (s) => { s.params = 3; }, "evaluate: invalid params: 3; expected an object of parameters"],
  ["unknown parameter", ({ params }) => { params.iouThr = 0.5; }, "evaluate: unknown params#/iouThr; expected one of imgIds, catIds, iouThrs, recThrs, maxDets, areaRng, areaRngLbl, useCats, iouType, kpt_oks_sigmas, compat"],
  ["unknown compat", ({ params }) => { params.compat = "detectron"; }, 'evaluate: invalid params#/compat: "detectron"; expected "pycocotools" or nothing'],
  ["other iouType", ({ params }) => { params.iouType = "boxes"; }, 'evaluate: unsupported params#/iouType: "boxes"; expected one of bbox, segm, keypoints'],
  ["thresholds with text", ({ params }) => { params.iouThrs = [0.5, "x"]; }, 'evaluate: invalid params#/iouThrs/1: "x"; expected finite numbers'],
  ["no thresholds", ({ params }) => { params.iouThrs = []; }, "evaluate: invalid params#/iouThrs: []; expected at least one number"],
  ["threshold that is no list", ({ params }) => { params.iouThrs = 0.5; }, "evaluate: invalid params#/iouThrs: 0.5; expected a list of finite numbers"],
  ["maxDets of fractions", ({ params }) => { params.maxDets = [0.5]; }, "evaluate: invalid params#/maxDets/0: 0.5; expected integers >= 1"],
  ["no maxDets", ({ params }) => { params.maxDets = []; }, "evaluate: invalid params#/maxDets: []; expected at least one limit"],
  ["area range of one number", ({ params }) => { params.areaRng = [[0]]; }, "evaluate: invalid params#/areaRng/0: [0]; expected pairs of numbers [from, to] in square pixels"],
  ["labels that do not fit", ({ params }) => { params.areaRng = [[0, 1]]; }, 'evaluate: invalid params#/areaRngLbl: ["all","small","medium","large"]; expected 1 names, one for each of areaRng'],
  ["useCats 2", ({ params }) => { params.useCats = 2; }, "evaluate: invalid params#/useCats: 2; expected 0 or 1"],
  ["unknown image asked for", ({ params }) => { params.imgIds = [1, 9]; }, "evaluate: unknown params#/imgIds: 9; expected ids that the ground truth lists"],
  ["unknown category asked for", ({ params }) => { params.catIds = [9]; }, "evaluate: unknown params#/catIds: 9; expected ids that the ground truth lists"],
  ["a category twice as one", ({ params }) => { params.useCats = 0; params.catIds = [1, 1]; }, "evaluate: invalid params#/catIds: [1,1]; expected each id once"],
];

describe("evaluate, strict, refuses", () => {
  for (const [what, change, message] of faults) {
    it(what, () => {
      const input: { gt: GroundTruth; dets: Detections; params: EvaluateOptions } = { gt: smallTruth(), dets: smallDetections(), params: {} };
      change(input);
      assert.throws(() => evaluate(input.gt, input.dets, input.params), (error) => error instanceof CocoEvalError && (assert.equal(error.message, message), true));
    });
  }

  it("classes counted from 1 against ids from 0, with a hint", () => {
    const gt = { images: [{ id: 1 }], categories: [{ id: 0 }, { id: 1 }], annotations: [] };
    assert.throws(() => evaluate(gt, [{ image_id: 1, category_id: 2, bbox: [0, 0, 1, 1], score: 1 }]), { message: "evaluate: unknown detections#/0/category_id: 2; expected an id of the ground truth's categories; try ids in place of classes counted from 1" });
  });

  it("with source, pointer and rule in fields of the error", () => {
    const dets = smallDetections();
    dets[1].score = NaN;
    assert.throws(() => evaluate(smallTruth(), dets), { name: "CocoEvalError", fault: "invalid", source: "detections", pointer: "/1/score", received: "NaN", expected: "a finite number" });
  });
});

describe("evaluate, compat, refuses", () => {
  // pycocotools tells such ids apart; as doubles two of them may be one
  it("ids beyond 53 bits", () => {
    const gt = smallTruth(), options = { compat: "pycocotools" } as const;
    gt.annotations[1].id = 2 ** 60;
    assert.throws(() => evaluate(gt, [], options), { message: "evaluate: unsupported groundTruth#/annotations/1/id: 1152921504606847000; expected a number of at most 53 bits" });
    assert.throws(() => evaluate({ ...gt, images: [{ id: -(2 ** 60) }] }, [], options), { message: `evaluate: invalid groundTruth#/images/0/id: -1152921504606847000; expected ${SAFE}` });
  });
});

describe("evaluate, strict, warns of", () => {
  const codes = (gt: GroundTruth, dets: Detections): string[] => evaluate(gt, dets).warnings.map(({ code, count, message }) => `${code} ${count}: ${message}`);

  it("nothing in ordinary input", () => assert.deepEqual(codes(smallTruth(), smallDetections()), []));

  it("scores outside [0, 1], with count and first place", () => {
    const dets = smallDetections();
    Object.assign(dets[1], { score: 80 });
    Object.assign(dets[2], { score: 70 });
    Object.assign(dets[0], { score: -1 });
    assert.deepEqual(codes(smallTruth(), dets), ["score-below-0 1: scores below 0: 1; first at detections#/0", "score-above-1 2: scores above 1: 2; first at detections#/1"]);
  });

  it("boxes outside their image and boxes without area", () => {
    const dets = smallDetections();
    dets[1].bbox = [190, 10, 30, 0];
    assert.deepEqual(codes(smallTruth(), dets).map((line) => line.split(":")[0]), ["empty-box 1", "box-outside-image 1"]);
  });

  it("corners given as width and height", () => {
    const dets = Array.from({ length: 8 }, (_, n) => ({ image_id: 1, category_id: 1, bbox: [90 + n, 70, 130, 110], score: 0.5 }));
    assert.deepEqual(codes(smallTruth(), dets).map((line) => line.split(":")[0]), ["box-outside-image 8", "boxes-look-like-corners 1"]);
  });

  it("detections of a category without ground truth", () => {
    const gt = smallTruth();
    gt.annotations.splice(1, 1);
    assert.deepEqual(codes(gt, smallDetections()).map((line) => line.split(":")[0]), ["category-without-ground-truth 1"]);
  });

  it("a field ignore and areas that no range holds", () => {
    const gt = smallTruth();
    Object.assign(gt.annotations[0], { ignore: 1, area: 1e11 });
    assert.deepEqual(codes(gt, smallDetections()).map((line) => line.split(":")[0]), ["huge-area 1", "ignore-field 1"]);
  });

  it("an area of 0 beside a box that has one", () => {
    const gt = smallTruth();
    gt.annotations[0].area = 0;
    assert.deepEqual(codes(gt, smallDetections()), ["zero-area 1: ground truths with an area of 0 though their box has one; they count as small: 1; first at groundTruth#/annotations/0/area"]);
  });

  // ten objects of categories 1 to 5, each found as the category `shift` further on
  const shifted = (shift: number): string[] => {
    const objects = Array.from({ length: 10 }, (_, n) => ({ image_id: 1, category_id: 1 + (n % 5), bbox: [20 * n, 10, 15, 15] }));
    const gt = { images: [{ id: 1, width: 220, height: 40 }], categories: [1, 2, 3, 4, 5].map((id) => ({ id })), annotations: objects.map((each, n) => ({ ...each, id: n + 1, area: 225, iscrowd: 0 })) };
    return codes(gt, objects.map((each) => ({ ...each, category_id: each.category_id + shift, score: 0.5 })).filter(({ category_id }) => category_id >= 1 && category_id <= 5));
  };

  it("classes off by one, either way", () => {
    assert.deepEqual(shifted(0), []);
    assert.deepEqual(shifted(2), []);
    assert.deepEqual(shifted(1), ["classes-off-by-one 8: detections that fit ground truths of the category before theirs: 8 of 8 that fit any, 0 their own category; check the number from which classes count"]);
    assert.deepEqual(shifted(-1).map((line) => line.slice(0, 80)), ["classes-off-by-one 8: detections that fit ground truths of the category after th"]);
  });
});
