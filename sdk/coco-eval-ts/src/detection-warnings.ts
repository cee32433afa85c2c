import type { DetectionRecords } from "./detection-records";
import type { Scope } from "./scope";
import type { Image } from "./types";
import type { WarningLog } from "./warnings";

// pixels by which a box may leave its image: detectors round
const SLACK = 1;

/** Width and height of each evaluated image in pixels, [images, 2]; Infinity where the ground truth does not say. */
export function imageSizes(images: readonly Image[], scope: Scope): Float64Array {
  const sizes = new Float64Array(2 * scope.imageCount).fill(Infinity);
  for (const { id, width, height } of images) {
    const place = scope.images.get(id) ?? -1;
    if (place < 0) continue;
    if (width! > 0) sizes[2 * place] = width!;
    if (height! > 0) sizes[2 * place + 1] = height!;
  }
  return sizes;
}

/**
 * Counts what is suspicious in detections: scores outside [0, 1], empty boxes, boxes outside their image, boxes that
 * look like corners, and categories without ground truth.
 *
 * - **inTruth** – [categories], 1 where the evaluated ground truth has the category
 */
export function noteDetections(records: DetectionRecords, sizes: Float64Array, inTruth: Uint8Array, warnings: WarningLog): void {
  const { count, image, category, boxes, scores, number } = records;
  let outside = 0, cornerLike = 0;
  for (let n = 0; n < count; n++) {
    const x = boxes[4 * n], y = boxes[4 * n + 1], w = boxes[4 * n + 2], h = boxes[4 * n + 3];
    const place = (): string => `detections#/${number[n] - 1}`;
    if (scores[n] > 1) warnings.add("score-above-1", "scores above 1", place());
    if (scores[n] < 0) warnings.add("score-below-0", "scores below 0", place());
    if (w === 0 || h === 0) warnings.add("empty-box", "boxes without area, which match nothing", place());
    if (inTruth[category[n]] === 0) warnings.add("category-without-ground-truth", "detections of a category without ground truth, which change no figure", place());
    if (w > x && h > y) cornerLike++;
    if (x < -SLACK || y < -SLACK || x + w > sizes[2 * image[n]] + SLACK || y + h > sizes[2 * image[n] + 1] + SLACK) {
      outside++;
      warnings.add("box-outside-image", "boxes that leave their image", place());
    }
  }
  if (looksLikeCorners(count, cornerLike, outside)) {
    warnings.add("boxes-look-like-corners", "sets of boxes that look like [x1, y1, x2, y2]; expected [x, y, width, height]", "detections");
  }
}

// as corners every third number exceeds the first, and taken as sizes many boxes leave their image
function looksLikeCorners(count: number, cornerLike: number, outside: number): boolean {
  return (count >= 5 && cornerLike >= 0.95 * count && outside >= 0.25 * count) || (count >= 20 && cornerLike === count);
}
