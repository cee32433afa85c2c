import assert from "node:assert/strict";
import { concatDetections, type Detections } from "zsq";
import { emptyDetections } from "zsq/dist/evaluate/detections";

const one = (image: number, label: number): Detections =>
  ({ imageIndex: Int32Array.of(image), boxes: Float32Array.of(0, 1, 2, 3 + label), scores: Float32Array.of(0.5), labels: Int32Array.of(label) });

describe("concatDetections", () => {
  it("continues the image indices", () => {
    const all = concatDetections([{ detections: one(1, 7), images: 2 }, { detections: emptyDetections(), images: 3 }, { detections: one(0, 8), images: 1 }]);
    assert.deepEqual([...all.imageIndex], [1, 5]);
    assert.deepEqual([...all.labels], [7, 8]);
    assert.deepEqual([...all.boxes], [0, 1, 2, 10, 0, 1, 2, 11]);
  });

  it("returns nothing for no batches", () => {
    assert.deepEqual(concatDetections([]), emptyDetections());
  });
});
