import type { Rle } from "./rle";

// corners are placed on a grid of fifths of a pixel
const SCALE = 5;

/**
 * The mask of a polygon.
 *
 * - **xy** – x and y of each corner in turn, in pixels; at least one corner
 *
 * Source: rleFrPoly in pycocotools' maskApi.c, with the rounding of its C on x86-64.
 */
export function fromPolygon(xy: ArrayLike<number>, height: number, width: number): Rle {
  const { u, v } = boundary(xy), pixels = height * width;
  const starts: number[] = [];
  for (let j = 1; j < u.length; j++) {
    if (u[j] === u[j - 1]) continue;
    const x = ((u[j] < u[j - 1] ? u[j] : u[j] - 1) + 0.5) / SCALE - 0.5;
    if (Math.floor(x) !== x || x < 0 || x > width - 1) continue;
    const y = (Math.min(v[j], v[j - 1]) + 0.5) / SCALE - 0.5;
    starts.push(x * height + Math.ceil(Math.min(Math.max(y, 0), height)));
  }
  starts.push(pixels);
  return { height, width, counts: runs(Uint32Array.from(starts).sort()) };
}

/** The mask of a box x, y, width, height. Source: rleFrBbox. */
export function fromBox([x, y, w, h]: ArrayLike<number> & Iterable<number>, height: number, width: number): Rle {
  return fromPolygon([x, y, x, y + h, x + w, y + h, x + w, y], height, width);
}

// points along the boundary, one a step of the grid
function boundary(xy: ArrayLike<number>): { u: Int32Array; v: Int32Array } {
  const k = Math.floor(xy.length / 2), corner = (i: number): number => toInt(SCALE * xy[i] + 0.5);
  const x = Int32Array.from({ length: k + 1 }, (_, j) => corner(2 * (j % k))), y = Int32Array.from({ length: k + 1 }, (_, j) => corner(2 * (j % k) + 1));
  let count = 0;
  for (let j = 0; j < k; j++) count += Math.max(Math.abs(x[j] - x[j + 1]), Math.abs(y[j] - y[j + 1])) + 1;
  const u = new Int32Array(count), v = new Int32Array(count);
  let m = 0;
  for (let j = 0; j < k; j++) {
    const dx = Math.abs(x[j + 1] - x[j]), dy = Math.abs(y[j + 1] - y[j]), steep = dx < dy;
    if (steep) line(y[j], y[j + 1], x[j], x[j + 1], v, u, m);
    else line(x[j], x[j + 1], y[j], y[j + 1], u, v, m);
    m += Math.max(dx, dy) + 1;
  }
  return { u, v };
}

// steps from a to a2 along the longer side, b beside it; always computed from the lower end, for the same rounding
function line(a: number, a2: number, b: number, b2: number, along: Int32Array, across: Int32Array, m: number): void {
  const flip = a > a2, start = flip ? a2 : a, from = flip ? b2 : b, to = flip ? b : b2, length = Math.abs(a2 - a);
  const slope = (to - from) / length; // NaN for a single point, whose position then is the least integer, as in C
  for (let d = 0; d <= length; d++) {
    const t = flip ? length - d : d;
    along[m + d] = t + start;
    across[m + d] = toInt(from + slope * t + 0.5);
  }
}

// differences of sorted starts; two starts at one place cancel
function runs(starts: Uint32Array): Uint32Array {
  const counts = new Uint32Array(starts.length);
  let n = 0, last = 0;
  for (let j = 0; j < starts.length; j++) {
    const length = starts[j] - last;
    last = starts[j];
    if (length > 0 || j === 0) counts[n++] = length;
    else if (++j < starts.length) {
      counts[n - 1] += starts[j] - last;
      last = starts[j];
    }
  }
  return counts.slice(0, n);
}

// C's conversion to int: towards zero; what does not fit is the least integer
function toInt(value: number): number {
  return value > -2147483649 && value < 2147483648 ? Math.trunc(value) : -2147483648;
}
