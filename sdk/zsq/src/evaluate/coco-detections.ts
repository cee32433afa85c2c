import type { DetectionArrays } from "coco-eval-ts";
import type { ImageDataset } from "../datasets/image-dataset";
import type { Detections } from "./detections";

/**
 * Detections as columns for coco-eval-ts: ids of the data set, boxes x, y, width, height in pixels.
 *
 * Columns of the classification output that are no category of the data set, such as torchvision's background, are
 * left out: they can be neither right nor wrong. Throws if an image index is not one of the data set.
 */
export function cocoDetections(detections: Detections, { images, categories }: Pick<ImageDataset, "images" | "categories">): DetectionArrays {
  const known = new Set(categories.map(({ id }) => id));
  const count = detections.labels.reduce((sum, label) => sum + (known.has(label) ? 1 : 0), 0);
  const columns = { imageIds: new Float64Array(count), categoryIds: new Int32Array(count), boxes: new Float32Array(4 * count), scores: new Float32Array(count) };
  let to = 0;
  detections.labels.forEach((label, from) => {
    if (!known.has(label)) return;
    const image = images[detections.imageIndex[from]];
    if (!image) throw new RangeError(`cocoDetections: unknown image index: ${detections.imageIndex[from]}; expected one of ${images.length} images`);
    columns.imageIds[to] = image.id;
    columns.categoryIds[to] = label;
    columns.scores[to] = detections.scores[from];
    const [x1, y1, x2, y2] = detections.boxes.subarray(4 * from, 4 * from + 4);
    columns.boxes.set([x1, y1, x2 - x1, y2 - y1], 4 * to++);
  });
  return columns;
}
