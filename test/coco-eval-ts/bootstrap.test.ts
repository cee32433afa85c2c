import assert from "node:assert/strict";
import { bootstrap, evaluate, pairedBootstrap, type Detection, type GroundTruth } from "coco-eval-ts";
import { Resampler } from "coco-eval-ts/dist/resampler";
import { originalCases } from "./cases";
import { smallDetections, smallTruth } from "./small-set";

const { gt, dets } = originalCases()[0];
// a worse detector: every third detection is missing
const worse = dets.filter((_, i) => i % 3 > 0);

describe("bootstrap", () => {
  it("has the mAP of evaluate as its mean, to the last bit", () => {
    assert.equal(bootstrap(gt, [dets], { resamples: 2, seed: 1 }).mean, evaluate(gt, dets).stats[0]);
  });

  it("averages detection sets on common draws", () => {
    const options = { resamples: 20, seed: 3 };
    const [a, b, both] = [[dets], [worse], [dets, worse]].map((sets) => bootstrap(gt, sets, options));
    assert.deepEqual(both.samples, a.samples.map((sample, i) => (sample + b.samples[i]) / 2));
  });

  it("gives the same interval for the same seed and another for another", () => {
    const run = (seed: number): Float64Array => bootstrap(gt, [dets], { resamples: 10, seed }).samples;
    assert.deepEqual(run(5), run(5));
    assert.notDeepEqual(run(5), run(6));
  });

  it("holds the mean between its ends, and widens with the confidence", () => {
    const narrow = bootstrap(gt, [dets], { resamples: 200, seed: 1, confidence: 0.5 }), wide = bootstrap(gt, [dets], { resamples: 200, seed: 1 });
    assert.ok(wide.low < narrow.low && narrow.low < narrow.high && narrow.high < wide.high);
    assert.ok(wide.low < wide.mean && wide.mean < wide.high);
  });

  it("has no width when every image is alike", () => {
    const images = [1, 2, 3].map((id) => ({ id })), categories = [{ id: 1 }];
    const annotations = images.map(({ id }) => ({ id, image_id: id, category_id: 1, bbox: [0, 0, 10, 10], area: 100, iscrowd: 0 }));
    const same = images.map(({ id }) => ({ image_id: id, category_id: 1, bbox: [0, 0, 10, 10], score: 0.5 }));
    const { low, high } = bootstrap({ images, categories, annotations }, [same], { resamples: 50, seed: 1 });
    assert.deepEqual([low, high], [1, 1]);
  });

  it("counts copies of an image as different images", () => {
    const copies = Int32Array.from(gt.images, (_, i) => (i * 5) % 4);
    const repeated = repeat(gt, dets, copies);
    assert.equal(new Resampler(gt, dets, {}).meanAveragePrecision(copies), evaluate(repeated.gt, repeated.dets).stats[0]);
  });

  it("leaves out draws without ground truth", () => {
    const { samples } = bootstrap(smallTruth(), [smallDetections()], { resamples: 100, seed: 1 });
    assert.equal(samples.length, 100);
    const one = { ...smallTruth(), annotations: smallTruth().annotations.slice(0, 1) };
    assert.ok(bootstrap(one, [smallDetections()], { resamples: 100, seed: 1 }).samples.length < 100);
  });

  it("refuses options out of range and an empty comparison", () => {
    assert.throws(() => bootstrap(gt, [], { seed: 1 }), { message: "bootstrap: missing detection sets; expected at least one" });
    assert.throws(() => bootstrap(gt, [dets], { seed: 0.5 }), { message: "bootstrap: invalid seed: 0.5; expected a whole number" });
    assert.throws(() => bootstrap(gt, [dets], { seed: 1, resamples: 0 }), { message: "bootstrap: invalid resamples: 0; expected a whole number >= 1" });
    assert.throws(() => bootstrap(gt, [dets], { seed: 1, confidence: 95 }), { message: "bootstrap: invalid confidence: 95; expected a number in (0, 1)" });
    assert.throws(() => bootstrap({ ...gt, annotations: [] }, [dets], { seed: 1 }), { message: "bootstrap: missing ground truth; expected at least one box that counts" });
  });
});

describe("pairedBootstrap", () => {
  it("is 0 for a detector and itself", () => {
    const { mean, low, high } = pairedBootstrap(gt, dets, dets, { resamples: 20, seed: 1 });
    assert.deepEqual([mean, low, high], [0, 0, 0]);
  });

  it("sees a difference, with opposite sign when exchanged", () => {
    const forth = pairedBootstrap(gt, dets, worse, { resamples: 100, seed: 1 }), back = pairedBootstrap(gt, [worse], [dets], { resamples: 100, seed: 1 });
    assert.ok(forth.low > 0);
    assert.equal(back.mean, -forth.mean);
  });
});

function repeat(truth: GroundTruth, detections: readonly Detection[], copies: Int32Array): { gt: GroundTruth; dets: Detection[] } {
  const images: { id: number }[] = [], annotations = [], dets: Detection[] = [];
  // places of images are those of sorted ids
  const ids = truth.images.map(({ id }) => id as number).sort((a, b) => a - b);
  for (const [place, count] of copies.entries()) {
    for (let copy = 0; copy < count; copy++) {
      const image_id = images.push({ id: images.length + 1 });
      for (const a of truth.annotations) if (a.image_id === ids[place]) annotations.push({ ...a, id: annotations.length + 1, image_id });
      for (const d of detections) if (d.image_id === ids[place]) dets.push({ ...d, image_id });
    }
  }
  return { gt: { images, annotations, categories: truth.categories }, dets };
}
