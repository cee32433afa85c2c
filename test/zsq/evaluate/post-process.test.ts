import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { postProcess, type DetectionConfig, type Detections } from "zsq";
import { assertClose } from "../../helpers/close";

interface Case {
  name: string; images: number; classes: number; image_shape: [number, number];
  score_threshold: number; top_k: number; nms_threshold: number; most: number;
  anchors: number[]; logits: number[][]; regression: number[][];
  image_index: number[]; boxes: number[]; scores: number[]; labels: number[];
}

const detection: DetectionConfig = { scoreThreshold: 0.05, topK: 1000, nmsThreshold: 0.5, maxDetections: 300 };

// one level, two anchors of 4 x 4, two classes, one image of 8 x 8
function run(logits: number[], { regression = [0, 0, 0, 0, 0, 0, 0, 0], images = 1, settings = {} as Partial<DetectionConfig>, shape = [8, 8] as [number, number] } = {}): Detections {
  const outputs = { classLogits: [Float32Array.from(logits)], boxRegression: [Float32Array.from(regression)] };
  return postProcess(outputs, Float32Array.of(0, 0, 4, 4, 4, 4, 8, 8), images, { classes: 2, detection: { ...detection, ...settings } }, shape);
}

describe("postProcess", () => {
  it("returns scores above the threshold by falling score", () => {
    const { imageIndex, boxes, scores, labels } = run([-9, 0, 2, -9]);
    assert.deepEqual([...labels], [0, 1]);
    assert.deepEqual([...boxes], [4, 4, 8, 8, 0, 0, 4, 4]);
    assert.deepEqual([...imageIndex], [0, 0]);
    assertClose(scores, [1 / (1 + Math.exp(-2)), 0.5], 1e-7);
  });

  it("does not reach the threshold with the very score of it", () => {
    assert.equal(run([0, -9, -9, -9], { settings: { scoreThreshold: 0.5 } }).scores.length, 0);
    assert.equal(run([1e-6, -9, -9, -9], { settings: { scoreThreshold: 0.5 } }).scores.length, 1);
  });

  it("may return an anchor once for each class", () => {
    assert.deepEqual([...run([1, 0, -9, -9]).labels], [0, 1]);
  });

  it("keeps the first of equal scores at the limit of a level", () => {
    assert.deepEqual([...run([1, 1, 1, 1], { settings: { topK: 3 } }).boxes], [0, 0, 4, 4, 0, 0, 4, 4, 4, 4, 8, 8]);
  });

  it("moves boxes by the regression and clips them to the image", () => {
    assert.deepEqual([...run([1, -9, -9, -9], { regression: [0.5, -0.5, Math.log(2), 0, 0, 0, 0, 0], shape: [8, 7] }).boxes], [0, 0, 7, 2]);
  });

  it("tells the images of a batch apart", () => {
    const { imageIndex, labels } = run([-9, -9, -9, -9, -9, 3, -9, -9], { images: 2, regression: new Array(16).fill(0) });
    assert.deepEqual([[...imageIndex], [...labels]], [[1], [1]]);
  });

  it("returns nothing where nothing is above the threshold", () => {
    const { imageIndex, boxes, scores, labels } = run([-9, -9, -9, -9]);
    assert.deepEqual([imageIndex.length, boxes.length, scores.length, labels.length], [0, 0, 0, 0]);
  });

  // boxes: float64 here, float32 there, coordinates up to 40: a few units of 2^-19; scores: of 2^-24
  const { cases } = JSON.parse(readFileSync(join("test", "fixtures", "zsq", "evaluate", "post-process.json"), "utf8")) as { cases: Case[] };
  for (const c of cases) {
    it(`equals the reference: ${c.name}`, () => {
      const outputs = { classLogits: c.logits.map((x) => Float32Array.from(x)), boxRegression: c.regression.map((x) => Float32Array.from(x)) };
      const settings = { scoreThreshold: c.score_threshold, topK: c.top_k, nmsThreshold: c.nms_threshold, maxDetections: c.most };
      const { imageIndex, boxes, scores, labels } = postProcess(outputs, Float32Array.from(c.anchors), c.images, { classes: c.classes, detection: settings }, c.image_shape);
      assert.deepEqual([...imageIndex], c.image_index);
      assert.deepEqual([...labels], c.labels);
      assertClose(boxes, c.boxes, 8 * 2 ** -24, 40);
      assertClose(scores, c.scores, 4 * 2 ** -24, 1);
    });
  }

  it("refuses outputs that are not finite, by name", () => {
    assert.throws(() => run([0, NaN, 0, 0]), { message: "postProcess: invalid class logits of level 0: NaN in image 0 of the batch; expected finite numbers" });
    assert.throws(() => run(new Array(8).fill(0), { images: 2, regression: [...new Array(15).fill(0), -Infinity] }),
      { message: "postProcess: invalid box regression of level 0: -Infinity in image 1 of the batch; expected finite numbers" });
  });

  it("refuses sizes that do not fit", () => {
    const message = "postProcess: invalid sizes: logits [3], regression [8], 2 anchors; expected 2 and 4 numbers for each of 1 images and each anchor";
    assert.throws(() => run([0, 0, 0]), { message });
  });
});
