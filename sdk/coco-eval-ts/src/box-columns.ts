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
