// C's fmin and fmax take the other value where one is NaN; Math.min and Math.max would not
export const lesser = (a: number, b: number): number => (a < b || b !== b ? a : b);
/** See lesser. */
export const greater = (a: number, b: number): number => (a > b || b !== b ? a : b);

/**
 * Intersection over union of two boxes x, y, width, height; over the detection's own area where the ground truth is a
 * crowd.
 *
 * No pixel is added to sides. The order of additions is that of the C code: another moves an IoU across a threshold.
 *
 * Source: bbIou in pycocotools' maskApi.c.
 */
export function boxIou(detection: ArrayLike<number>, truth: ArrayLike<number>, crowd = false): number {
  const w = lesser(detection[2] + detection[0], truth[2] + truth[0]) - greater(detection[0], truth[0]);
  if (w <= 0) return 0;
  const h = lesser(detection[3] + detection[1], truth[3] + truth[1]) - greater(detection[1], truth[1]);
  if (h <= 0) return 0;
  const own = detection[2] * detection[3];
  return (w * h) / (crowd ? own : own + truth[2] * truth[3] - w * h);
}
