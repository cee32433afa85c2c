import assert from "node:assert/strict";
import { CocoEvaluator, type Annotation, type Detection, type GroundTruth, type ScoreCurve } from "coco-eval-ts";
import { assertClose } from "../helpers/close";
import { readFixture } from "../helpers/fixture";
import { originalCases } from "./cases";
import { smallDetections, smallTruth } from "./small-set";

interface CurveFixture { positives: number; points: [score: number, tp: number, fp: number][] }
interface ReportCase {
  name: string;
  curves: { iou: number; area: string; categories: CurveFixture[]; overall: CurveFixture }[];
  confusion?: { iou: number; minScore: number; matrix: number[][] }[];
  errors?: { iou: number; background: number; ap: number; kinds: Record<string, { count: number; delta: number }>; falsePositives: number; falseNegatives: number }[];
}

const reports = readFixture<{ cases: ReportCase[] }>("coco", "reports.json").cases;
const inputs = new Map(originalCases().map((each) => [each.name, each]));
const evaluatorOf = (name: string): CocoEvaluator => {
  const { gt, dets, params } = inputs.get(name)!;
  return new CocoEvaluator(gt, params).add(dets);
};

/** Without ties, categories that lack ground truth and, unless asked for, crowds; as plain() in generate_reports.py. */
const plainEvaluator = (name: string, crowds: boolean): CocoEvaluator => {
  const { gt, dets } = inputs.get(name)!, annotations = gt.annotations.filter(({ iscrowd }) => crowds || !iscrowd);
  const annotated = new Set(annotations.filter(({ iscrowd }) => !iscrowd).map((each) => each.category_id));
  const kept = dets.map((det, i) => ({ ...det, score: det.score - i * 2 ** -32 })).filter((det) => annotated.has(det.category_id));
  return new CocoEvaluator({ ...gt, annotations }).add(kept);
};

const box = (id: number, image_id: number, category_id: number, bbox: number[], iscrowd = 0): Annotation => ({ id, image_id, category_id, bbox, area: bbox[2] * bbox[3], iscrowd });
const found = (category_id: number, bbox: number[], score: number): Detection => ({ image_id: 1, category_id, bbox, score });
const truth = (...annotations: Annotation[]): GroundTruth => ({ images: [{ id: 1 }], categories: [{ id: 1, name: "cat" }, { id: 2, name: "dog" }], annotations });

describe("CocoEvaluator.curves", () => {
  const asPoints = ({ positives, scores, truePositives, falsePositives }: ScoreCurve): CurveFixture => ({ positives, points: Array.from(scores, (score, i) => [score, truePositives[i], falsePositives[i]]) });

  for (const { name, curves } of reports) {
    it(`${name}: counts equal a recount of pycocotools' matches at every score`, () => {
      for (const { iou, area, categories, overall } of curves) {
        const actual = evaluatorOf(name).curves({ iou, area });
        assert.deepEqual(actual.categories.map(asPoints), categories);
        assert.deepEqual(asPoints(actual.overall), overall);
      }
    });
  }

  it("finds the score of largest F1, by hand", () => {
    const gt = truth(box(1, 1, 1, [0, 0, 10, 10]), box(2, 1, 1, [20, 0, 10, 10]));
    const dets = [found(1, [0, 0, 10, 10], 0.9), found(1, [50, 0, 10, 10], 0.8), found(1, [20, 0, 10, 10], 0.7), found(1, [50, 50, 10, 10], 0.6)];
    const { categories: [cat, dog] } = new CocoEvaluator(gt).add(dets).curves();
    assert.deepEqual([...cat.precision], [1, 1 / 2, 2 / 3, 2 / 4]);
    assert.deepEqual([...cat.recall], [1 / 2, 1 / 2, 1, 1]);
    assert.deepEqual([...cat.f1], [2 / 3, 2 / 4, 4 / 5, 4 / 6]);
    assert.deepEqual(cat.best, { score: 0.7, precision: 2 / 3, recall: 1, f1: 4 / 5 });
    assert.deepEqual([dog.best, dog.reason, dog.scores.length], [null, "no ground truth", 0]);
  });

  it("keeps equal scores together: no threshold can part them", () => {
    const gt = truth(box(1, 1, 1, [0, 0, 10, 10]));
    const { overall } = new CocoEvaluator(gt).add([found(1, [50, 0, 10, 10], 0.5), found(1, [0, 0, 10, 10], 0.5)]).curves();
    assert.deepEqual([[...overall.scores], [...overall.precision], [...overall.recall]], [[0.5], [0.5], [1]]);
  });

  it("has no best point where nothing is found", () => {
    const { overall } = new CocoEvaluator(smallTruth()).add([found(1, [100, 100, 5, 5], 0.5)]).curves();
    assert.deepEqual([overall.best, overall.reason, [...overall.precision]], [null, "no true positive", [0]]);
    assert.equal(new CocoEvaluator(smallTruth()).curves().overall.reason, "no true positive");
  });

  it("refuses an unknown area range", () => {
    assert.throws(() => new CocoEvaluator(smallTruth()).curves({ area: "tiny" }), { message: "curves: unknown area range: tiny; expected one of all, small, medium, large" });
  });
});

describe("CocoEvaluator.confusion", () => {
  for (const { name, confusion = [] } of reports) {
    for (const { iou, minScore, matrix } of confusion) {
      it(`${name}, IoU ${iou}, scores from ${minScore}: equals hotcoco`, () => {
        assert.deepEqual([...plainEvaluator(name, false).confusion({ iou, minScore }).matrix], matrix.flat());
      });
    }
  }

  it("counts what is taken for what, by hand", () => {
    const gt = truth(box(1, 1, 1, [0, 0, 10, 10]), box(2, 1, 2, [20, 0, 10, 10]), box(3, 1, 2, [40, 0, 10, 10]), box(4, 1, 1, [60, 0, 30, 30], 1));
    const dets = [found(1, [0, 0, 10, 10], 0.9), found(1, [20, 0, 10, 10], 0.8), found(2, [90, 90, 5, 5], 0.7), found(1, [60, 0, 10, 10], 0.7), found(2, [40, 0, 10, 10], 0.1)];
    const { categories, matrix } = new CocoEvaluator(gt).add(dets).confusion();
    assert.deepEqual(categories, [{ id: 1, name: "cat" }, { id: 2, name: "dog" }]);
    assert.deepEqual([...matrix], [1, 0, 0, 1, 0, 1, 0, 1, 0]); // cat as cat; dog as cat, dog not found; nothing as dog
  });

  it("takes the detection's own category where ground truths share a place", () => {
    const gt = truth(box(1, 1, 1, [0, 0, 10, 10]), box(2, 1, 2, [0, 0, 10, 10]));
    for (const dets of [[found(1, [0, 0, 10, 10], 0.9), found(2, [0, 0, 10, 10], 0.8)], [found(2, [0, 0, 10, 10], 0.9), found(1, [0, 0, 10, 10], 0.8)]]) {
      assert.deepEqual([...new CocoEvaluator(gt).add(dets).confusion().matrix], [1, 0, 0, 0, 1, 0, 0, 0, 0]);
    }
  });

  it("has all ground truths in its rows", () => {
    for (const { gt, dets } of originalCases().slice(0, 6)) {
      const { matrix, categories } = new CocoEvaluator(gt).add(dets).confusion({ minScore: 0 }), width = categories.length + 1;
      categories.forEach(({ id }, k) => {
        const inRow = matrix.subarray(k * width, (k + 1) * width).reduce((sum, n) => sum + n, 0);
        assert.equal(inRow, gt.annotations.filter((each) => each.category_id === id && !each.iscrowd).length);
      });
    }
  });

  it("is empty without anything", () => assert.deepEqual([...new CocoEvaluator({ images: [], annotations: [], categories: [] }).confusion().matrix], [0]));

  it("refuses thresholds that are no numbers", () => {
    assert.throws(() => new CocoEvaluator(smallTruth()).confusion({ iou: NaN }), { message: "confusion: invalid iou: NaN; expected a number in (0, 1]" });
    assert.throws(() => new CocoEvaluator(smallTruth()).confusion({ minScore: NaN }), { message: "confusion: invalid minScore: NaN; expected a number" });
  });
});

describe("CocoEvaluator.errors", () => {
  for (const { name, errors = [] } of reports) {
    for (const { iou, background, ap, kinds, falsePositives, falseNegatives } of errors) {
      it(`${name}, IoU ${iou}: counts equal tidecv, rises of AP to 1e-12`, () => {
        const actual = plainEvaluator(name, true).errors({ iou, background });
        assert.deepEqual(Object.fromEntries(actual.errors.map((each) => [each.name, each.count])), Object.fromEntries(Object.entries(kinds).map(([kind, { count }]) => [kind, count])));
        // tidecv works in percent and without COCOeval's epsilon of 2^-52: some ulps of 1
        assertClose([actual.ap, actual.falsePositives, actual.falseNegatives, ...actual.errors.map(({ delta }) => delta)], [ap, falsePositives, falseNegatives, ...Object.values(kinds).map(({ delta }) => delta)], 1e-12, 1);
      });
    }
  }

  it("names each kind, by hand", () => {
    const gt = truth(box(1, 1, 1, [0, 0, 10, 10]), box(2, 1, 1, [40, 0, 10, 10]), box(3, 1, 2, [80, 0, 10, 10]), box(4, 1, 2, [80, 80, 10, 10]));
    const dets = [
      found(1, [0, 0, 10, 10], 0.9), // correct
      found(1, [0, 0, 10, 9], 0.8), // a second time
      found(1, [43, 4, 10, 10], 0.7), // 42 of 158 square pixels: badly placed
      found(1, [80, 0, 10, 10], 0.6), // a dog
      found(1, [83, 83, 10, 10], 0.5), // a dog, badly placed
      found(1, [0, 200, 10, 10], 0.4), // nothing
    ];
    const { ap, errors } = new CocoEvaluator(gt).add(dets).errors();
    assert.deepEqual(errors.map(({ name, count }) => `${name} ${count}`), ["Cls 1", "Loc 1", "Both 1", "Dupe 1", "Bkg 1", "Miss 1"]);
    assertClose([ap], [51 / 101 / 2], 1e-12); // cats: half of the recall at precision 1; dogs: 0
    assertClose([errors[0].delta], [51 / 101 / 2], 1e-12); // dogs then have half of the recall too
  });

  it("is clean for perfect detections", () => {
    const { ap, errors, falsePositives, falseNegatives } = new CocoEvaluator(smallTruth()).add(smallDetections()).errors();
    assertClose([ap], [1], 1e-15);
    assert.deepEqual([...errors.map(({ count }) => count), falsePositives, falseNegatives], [0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("gives 0 without detections or ground truth", () => {
    assert.equal(new CocoEvaluator(smallTruth()).errors().ap, 0);
    assert.equal(new CocoEvaluator({ ...smallTruth(), annotations: [] }).add(smallDetections()).errors().ap, 0);
  });

  it("refuses thresholds out of range", () => {
    const evaluator = new CocoEvaluator(smallTruth());
    assert.throws(() => evaluator.errors({ iou: 0 }), { message: "errors: invalid iou: 0; expected a number in (0, 1]" });
    assert.throws(() => evaluator.errors({ background: 0.5 }), { message: "errors: invalid background: 0.5; expected a number in (0, 0.5)" });
  });
});
