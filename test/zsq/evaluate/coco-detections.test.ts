import assert from "node:assert/strict";
import { cocoDetections, type Detections } from "zsq";

const dataset = { images: [7, 9].map((id) => ({ id, file_name: "", width: 8, height: 8 })), categories: [{ id: 1, name: "a" }, { id: 3, name: "b" }] };
const detections = (imageIndex: number[], labels: number[]): Detections => ({
  imageIndex: Int32Array.from(imageIndex), labels: Int32Array.from(labels),
  boxes: Float32Array.from(labels.flatMap((_, i) => [i, 1, i + 2, 4])), scores: Float32Array.from(labels, (_, i) => 1 / (i + 2)),
});

describe("cocoDetections", () => {
  it("has ids for indices and width and height for corners, without columns that are no category", () => {
    const { imageIds, categoryIds, boxes, scores } = cocoDetections(detections([0, 1, 1], [3, 0, 1]), dataset);
    assert.deepEqual([Array.from(imageIds), Array.from(categoryIds)], [[7, 9], [3, 1]]);
    assert.deepEqual([...boxes], [0, 1, 2, 3, 2, 1, 2, 3]);
    assert.deepEqual(Array.from(scores), [0.5, 0.25]);
  });

  it("has no rows for no detections", () => {
    assert.equal(cocoDetections(detections([], []), dataset).scores.length, 0);
  });

  it("refuses images that the data set does not have", () => {
    assert.throws(() => cocoDetections(detections([2], [1]), dataset), { message: "cocoDetections: unknown image index: 2; expected one of 2 images" });
  });
});
