/**
 * A mask as run lengths: pixels column by column from the top left, counts[0] of them 0, counts[1] of them 1, and so on
 * by turns. As in COCO; a mask of `height` rows and `width` columns.
 */
export interface Rle {
  height: number;
  width: number;
  counts: Uint32Array;
}

/**
 * Run lengths of a mask.
 *
 * - **pixels** – [height, width], row by row as in images; 0 or anything else
 *
 * Source: rleEncode in pycocotools' maskApi.c (which takes columns).
 *
 * @example encode(Uint8Array.of(0, 1, 1, 1), 2, 2).counts // [1, 3]
 */
export function encode(pixels: ArrayLike<number>, height: number, width: number): Rle {
  if (pixels.length !== height * width) throw new RangeError(`encode: invalid pixels: ${pixels.length}; expected ${height} x ${width} values`);
  const counts: number[] = [];
  let value = false, count = 0;
  for (let x = 0; x < width; x++) for (let y = 0; y < height; y++) {
    const next = pixels[y * width + x] !== 0;
    if (next !== value) {
      counts.push(count);
      count = 0;
      value = next;
    }
    count++;
  }
  counts.push(count);
  return { height, width, counts: Uint32Array.from(counts) };
}

/** The mask [height, width], row by row, 0 or 1. Throws where the counts do not add up. Source: rleDecode. */
export function decode({ height, width, counts }: Rle): Uint8Array {
  const pixels = new Uint8Array(height * width), total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== height * width) throw new RangeError(`decode: invalid counts: ${total} pixels; expected ${height} x ${width}`);
  for (let i = 0, at = 0; i < counts.length; at += counts[i++]) {
    if (i % 2 === 0) continue;
    for (let p = at; p < at + counts[i]; p++) pixels[(p % height) * width + Math.floor(p / height)] = 1;
  }
  return pixels;
}

/** Pixels that are 1. Source: rleArea. */
export function area({ counts }: Rle): number {
  let sum = 0;
  for (let i = 1; i < counts.length; i += 2) sum += counts[i];
  return sum >>> 0;
}

/** The smallest box around a mask, x, y, width and height; all 0 where it is empty. Source: rleToBbox. */
export function toBbox({ height, width, counts }: Rle): [x: number, y: number, width: number, height: number] {
  const runs = counts.length - (counts.length % 2);
  if (runs === 0) return [0, 0, 0, 0];
  let left = width, top = height, right = 0, bottom = 0;
  for (let i = 0, start = 0; i < runs; start += counts[i++]) {
    if (i % 2 === 0 || counts[i] === 0) continue;
    const end = start + counts[i] - 1, x = Math.floor(start / height), x2 = Math.floor(end / height);
    left = Math.min(left, x);
    right = Math.max(right, x2);
    top = Math.min(top, x < x2 ? 0 : start % height);
    bottom = Math.max(bottom, x < x2 ? height - 1 : end % height);
  }
  // a run of length 0 only: sizes wrap round as the C code's unsigned numbers do
  return [left, top, (right - left + 1) >>> 0, (bottom - top + 1) >>> 0];
}

/**
 * Union of masks, or their intersection. Masks of different sizes give an empty one of size 0.
 *
 * Source: rleMerge.
 */
export function merge(masks: readonly Rle[], intersect = false): Rle {
  if (masks.length === 0) return { height: 0, width: 0, counts: new Uint32Array(0) };
  return masks.reduce((a, b) => (a.height !== b.height || a.width !== b.width ? { height: 0, width: 0, counts: new Uint32Array(0) } : mergeTwo(a, b, intersect)));
}

function mergeTwo(a: Rle, b: Rle, intersect: boolean): Rle {
  const counts: number[] = [];
  let value = false, count = 0;
  walk(a.counts, b.counts, (length, inA, inB, last) => {
    const next = intersect ? inA && inB : inA || inB;
    if (next !== value) {
      counts.push(count);
      count = 0;
      value = next;
    }
    count += length;
    if (last) counts.push(count);
  });
  return { height: a.height, width: a.width, counts: Uint32Array.from(counts) };
}

/** Visits the stretches over which neither of two masks changes. */
function walk(a: Uint32Array, b: Uint32Array, visit: (length: number, inA: boolean, inB: boolean, last: boolean) => void): void {
  let i = 1, j = 1, restA = a[0] ?? 0, restB = b[0] ?? 0, inA = false, inB = false, last = false;
  while (!last) {
    const length = Math.min(restA, restB), wasA = inA, wasB = inB;
    restA -= length;
    restB -= length;
    if (restA === 0 && i < a.length) {
      restA = a[i++];
      inA = !inA;
    }
    if (restB === 0 && j < b.length) {
      restB = b[j++];
      inB = !inB;
    }
    last = restA + restB === 0;
    visit(length, wasA, wasB, last);
  }
}
