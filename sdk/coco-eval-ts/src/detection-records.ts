import type { Keypoints } from "./keypoints";
import type { Rle } from "./mask/rle";

/** Detections that take part, in file order, as columns. */
export interface DetectionRecords {
  count: number;
  /** [count], place of the image */
  image: Int32Array;
  /** [count], place of the category */
  category: Int32Array;
  /** [count, 4]: x, y, width, height in pixels */
  boxes: Float64Array;
  /** [count], square pixels; of a box width * height */
  area: Float64Array;
  /** [count] */
  scores: Float64Array;
  /** [count], where masks are compared */
  masks?: Rle[];
  /** where keypoints are compared */
  keypoints?: Keypoints;
  /** [count], place among all detections given, from 1: the id that pycocotools gives */
  number: Int32Array;
}

/** Room for `count` detections. */
export function emptyRecords(count: number): DetectionRecords {
  return {
    count,
    image: new Int32Array(count),
    category: new Int32Array(count),
    boxes: new Float64Array(4 * count),
    area: new Float64Array(count),
    scores: new Float64Array(count),
    number: new Int32Array(count),
  };
}

/** Records one after another. */
export function concatRecords(parts: readonly DetectionRecords[]): DetectionRecords {
  if (parts.length === 1) return parts[0];
  const all = emptyRecords(parts.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const { count, image, category, boxes, area, scores, number } of parts) {
    all.image.set(image.subarray(0, count), at);
    all.category.set(category.subarray(0, count), at);
    all.boxes.set(boxes.subarray(0, 4 * count), 4 * at);
    all.area.set(area.subarray(0, count), at);
    all.scores.set(scores.subarray(0, count), at);
    all.number.set(number.subarray(0, count), at);
    at += count;
  }
  if (parts.some(({ masks }) => masks)) all.masks = parts.flatMap(({ masks = [], count }) => masks.slice(0, count));
  const keypoints = parts.find((part) => part.keypoints)?.keypoints;
  if (keypoints) all.keypoints = { ...keypoints, points: joinPoints(parts, 3 * keypoints.sigmas.length) };
  return all;
}

function joinPoints(parts: readonly DetectionRecords[], width: number): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { count }) => sum + width * count, 0));
  let at = 0;
  for (const { keypoints, count } of parts) {
    if (keypoints) all.set(keypoints.points.subarray(0, width * count), at);
    at += width * count;
  }
  return all;
}
