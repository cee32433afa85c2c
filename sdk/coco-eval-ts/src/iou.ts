/** Boxes by columns, in pixels; right = x + width and bottom = y + height. */
export interface BoxColumns {
  left: Float64Array;
  top: Float64Array;
  right: Float64Array;
  bottom: Float64Array;
  /** width * height */
  boxArea: Float64Array;
}

/** Columns of [n, 4] boxes x, y, width, height, taken in the order of `places`. */
export function boxColumns(xywh: ArrayLike<number>, places: Int32Array): BoxColumns {
  const n = places.length, make = (): Float64Array => new Float64Array(n);
  const columns = { left: make(), top: make(), right: make(), bottom: make(), boxArea: make() };
  for (let i = 0; i < n; i++) {
    const at = 4 * places[i], x = xywh[at], y = xywh[at + 1], w = xywh[at + 2], h = xywh[at + 3];
    columns.left[i] = x;
    columns.top[i] = y;
    columns.right[i] = w + x;
    columns.bottom[i] = h + y;
    columns.boxArea[i] = w * h;
  }
  return columns;
}

/**
 * Intersection over union of detection d and ground truth g; over the detection's own area when g is a crowd.
 *
 * No pixel is added to sides. The order of additions is that of the C code: another moves an IoU across a threshold.
 *
 * Source: bbIou in pycocotools' maskApi.c.
 */
export function iou(dt: BoxColumns, d: number, gt: BoxColumns, g: number, crowd: boolean): number {
  const w = lesser(dt.right[d], gt.right[g]) - greater(dt.left[d], gt.left[g]);
  if (w <= 0) return 0;
  const h = lesser(dt.bottom[d], gt.bottom[g]) - greater(dt.top[d], gt.top[g]);
  if (h <= 0) return 0;
  const intersection = w * h;
  return intersection / (crowd ? dt.boxArea[d] : dt.boxArea[d] + gt.boxArea[g] - intersection);
}

// C's fmin and fmax take the other value where one is NaN; Math.min and Math.max would not
const lesser = (a: number, b: number): number => (a < b || b !== b ? a : b);
const greater = (a: number, b: number): number => (a > b || b !== b ? a : b);
