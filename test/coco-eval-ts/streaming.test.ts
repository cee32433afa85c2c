import assert from "node:assert/strict";
import { CocoEvaluator, evaluate, StreamingEvaluator, type AnnotationArrays, type Evaluation, type Shard } from "coco-eval-ts";
import { originalCases, type Case } from "./cases";
import { smallDetections, smallTruth } from "./small-set";

const cases = originalCases().filter(({ expected }) => expected.error === undefined);

/** Each image of a case as a shard of its own. */
function byImage({ gt, dets }: Case): Shard[] {
  return gt.images.map((image) => ({
    images: [image],
    annotations: gt.annotations.filter(({ image_id }) => image_id === image.id),
    detections: dets.filter(({ image_id }) => image_id === image.id),
  }));
}

function assertSame(actual: Evaluation, expected: Evaluation): void {
  for (const name of ["stats", "precision", "recall", "scores"] as const) assert.deepEqual(actual[name], expected[name], name);
}

describe("StreamingEvaluator", () => {
  for (const each of cases) {
    const { name, gt, dets, params } = each;
    it(`${name}: image by image, last image first, equals all at once`, () => {
      const stream = new StreamingEvaluator(gt.categories, params);
      for (const shard of byImage(each).reverse()) stream.add(shard);
      assertSame(stream.evaluate(), evaluate(gt, dets, params));
    });

    it(`${name}: three shards joined equal one`, () => {
      const streams = [0, 1, 2].map(() => new StreamingEvaluator(gt.categories, params));
      byImage(each).forEach((shard, i) => streams[(i * 7) % 3].add(shard));
      const [first, second, third] = streams;
      third.evaluate(); // evaluating before joining changes nothing
      first.add(structuredClone(second.shard())).add(third.shard()); // as a worker would post it
      assertSame(first.evaluate(), evaluate(gt, dets, params));
    });
  }

  it("takes typed arrays", () => {
    const stream = new StreamingEvaluator([{ id: 1 }, { id: 2 }]);
    stream.add({
      images: [{ id: 1 }],
      annotations: { imageIds: [1, 1], categoryIds: Int32Array.of(1, 2), boxes: Float32Array.of(10, 10, 20, 20, 40, 10, 30, 50) },
      detections: { imageIds: [1, 1], categoryIds: [1, 2], boxes: Float32Array.of(10, 10, 20, 20, 40, 10, 30, 50), scores: Float32Array.of(0.9, 0.8) },
    });
    assert.equal(stream.evaluate().precision[0], 0.9999999999999998);
    assert.equal(stream.evaluator().matches().length, 2);
  });

  it("is empty at first", () => assert.equal(new StreamingEvaluator([{ id: 1 }]).evaluate().stats[0], -1));

  it("adds nothing of a faulty shard", () => {
    const { images, annotations, categories } = smallTruth(), stream = new StreamingEvaluator(categories), good = { images, annotations, detections: smallDetections() };
    assert.throws(() => stream.add({ ...good, detections: [{ ...smallDetections()[0], score: NaN }] }), { message: "evaluate: invalid detections#/0/score: NaN; expected a finite number" });
    assertSame(stream.add(good).evaluate(), evaluate(smallTruth(), smallDetections()));
  });

  it("refuses an image that was added before", () => {
    const { images, annotations, categories } = smallTruth(), shard = { images, annotations, detections: [] };
    const stream = new StreamingEvaluator(categories).add(shard);
    assert.throws(() => stream.add(shard), { message: "evaluate: invalid groundTruth#/images/0/id: 1; expected an image that was not added before" });
  });

  it("refuses faulty parameters and categories at once", () => {
    assert.throws(() => new StreamingEvaluator([{ id: 1 }, { id: 1 }]), { message: "evaluate: invalid groundTruth#/categories/1/id: 1; expected each id once" });
    assert.throws(() => new StreamingEvaluator([{ id: 1 }], { iouThrs: [] }), { message: "evaluate: invalid params#/iouThrs: []; expected at least one number" });
  });
});

describe("annotations as columns", () => {
  const columns = (): AnnotationArrays => ({ imageIds: [1, 1, 2], categoryIds: [1, 2, 1], boxes: Float64Array.from(smallTruth().annotations.flatMap(({ bbox }) => [...bbox])) });

  it("are taken as objects are", () => {
    for (const { gt, dets, params } of cases) {
      const { annotations } = gt;
      const arrays = {
        imageIds: annotations.map((each) => each.image_id), categoryIds: annotations.map((each) => each.category_id), boxes: Float64Array.from(annotations.flatMap(({ bbox }) => [...bbox])),
        areas: annotations.map(({ area }) => area), crowds: annotations.map(({ iscrowd }) => iscrowd), ids: annotations.map(({ id }) => id as number),
      };
      const evaluator = new CocoEvaluator({ ...gt, annotations: arrays }, params).add(dets);
      assertSame(evaluator.evaluate(), evaluate(gt, dets, params));
      assert.deepEqual(evaluator.matches(), new CocoEvaluator(gt, params).add(dets).matches());
    }
  });

  const faults: [what: string, change: Partial<AnnotationArrays>, message: string][] = [
    ["columns of different lengths", { boxes: new Float64Array(8) }, "invalid groundTruth#/annotations/boxes: 8 values; expected 12 values for 3 imageIds"],
    ["areas of another length", { areas: [1] }, "invalid groundTruth#/annotations/areas: 1 values; expected 3 values for 3 imageIds"],
    ["an unknown image", { imageIds: [1, 1, 7] }, "unknown groundTruth#/annotations/imageIds/2: 7; expected an id of /images"],
    ["an unknown category", { categoryIds: [1, 7, 1] }, "unknown groundTruth#/annotations/categoryIds/1: 7; expected an id of /categories"],
    ["NaN", { boxes: new Float64Array(12).fill(NaN) }, "invalid groundTruth#/annotations/boxes/0: NaN; expected a finite number"],
    ["a negative area", { areas: [1, -1, 1] }, "invalid groundTruth#/annotations/areas/1: -1; expected a finite number >= 0, in square pixels"],
    ["a crowd of 2", { crowds: [0, 0, 2] }, "invalid groundTruth#/annotations/crowds/2: 2; expected 0 or 1"],
    ["an id twice", { ids: [1, 2, 2] }, "invalid groundTruth#/annotations/ids/2: 2; expected whole numbers other than 0, each once"],
    ["an id 0", { ids: [1, 0, 2] }, "invalid groundTruth#/annotations/ids/1: 0; expected whole numbers other than 0, each once"],
  ];
  for (const [what, change, message] of faults) {
    it(`refuse ${what}`, () => assert.throws(() => new CocoEvaluator({ ...smallTruth(), annotations: { ...columns(), ...change } }), { name: "CocoEvalError", message: `evaluate: ${message}` }));
  }

  it("refuse masks", () => {
    assert.throws(() => new CocoEvaluator({ ...smallTruth(), annotations: columns() }, { iouType: "segm" }), { message: "evaluate: unsupported groundTruth#/annotations: columns; expected a list of annotations where masks or keypoints are compared" });
  });
});
