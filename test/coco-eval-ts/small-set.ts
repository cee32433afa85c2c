import type { Annotation, Detection, GroundTruth } from "coco-eval-ts";

/** Two images of 200 x 150 pixels, two categories, three ground truths; fresh objects at every call. */
export function smallTruth(): GroundTruth & { annotations: Annotation[] } {
  const boxes: [number, number, number[]][] = [[1, 1, [10, 10, 20, 20]], [1, 2, [40, 10, 30, 50]], [2, 1, [5, 5, 100, 100]]];
  return {
    images: [1, 2].map((id) => ({ id, width: 200, height: 150 })),
    categories: [{ id: 1, name: "one" }, { id: 2, name: "two" }],
    annotations: boxes.map(([image_id, category_id, bbox], n) => ({ id: n + 1, image_id, category_id, bbox, area: bbox[2] * bbox[3], iscrowd: 0 })),
  };
}

/** A perfect detection of each ground truth, scores .9, .8, .7. */
export function smallDetections(): Detection[] {
  return smallTruth().annotations.map(({ image_id, category_id, bbox }, n) => ({ image_id, category_id, bbox: [...bbox], score: (9 - n) / 10 }));
}
