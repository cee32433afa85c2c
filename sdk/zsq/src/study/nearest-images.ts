/** Images [n, height, width, 3], of any values. */
export interface ImageSet { data: ArrayLike<number>; shape: readonly number[] }

/** The most similar image of a set. */
export interface Nearest {
  /** place in the set */
  index: number;
  /** normalized cross-correlation of the means of squares, in [-1, 1]; 1: equal up to brightness and contrast */
  similarity: number;
}

/**
 * For each image the one of `known` that looks most like it: correlation of the mean colours of `pool` x `pool` pixels,
 * each image brought to mean 0 and length 1. It sees composition, not detail: a copy of a training image would have
 * similarity near 1. Compare with held-out images of the same kind, which no copy can explain.
 *
 * Throws if sizes differ or the pool does not fit.
 */
export function nearestImages(images: ImageSet, known: ImageSet, pool = 8): Nearest[] {
  if (images.shape.slice(1).join() !== known.shape.slice(1).join()) throw new RangeError(`nearestImages: invalid shape: [${images.shape}]; expected images like [${known.shape}]`);
  const own = descriptors(images, pool), others = descriptors(known, pool);
  return own.map((a) => others.reduce<Nearest>((best, b, index) => {
    let similarity = 0;
    for (let i = 0; i < a.length; i++) similarity += a[i] * b[i];
    return similarity > best.similarity ? { index, similarity } : best;
  }, { index: -1, similarity: -Infinity }));
}

/**
 * Whether images give away more of the known ones than others do: the share of pairs (image, held-out image) in which
 * the image lies nearer to its nearest known one; 0.5: no more than any held-out image, 1: always. Ties count half.
 */
export function exposure(images: readonly Nearest[], heldOut: readonly Nearest[]): number {
  let nearer = 0;
  for (const a of images) for (const b of heldOut) nearer += a.similarity > b.similarity ? 1 : a.similarity === b.similarity ? 0.5 : 0;
  return nearer / (images.length * heldOut.length);
}

function descriptors({ data, shape: [n, height, width] }: ImageSet, pool: number): Float64Array[] {
  const [rows, columns] = [Math.floor(height / pool), Math.floor(width / pool)];
  if (!(rows * columns >= 2)) throw new RangeError(`nearestImages: invalid pool: ${pool}; expected at least two squares in ${height} x ${width} pixels`);
  return Array.from({ length: n }, (_, k) => {
    const means = new Float64Array(rows * columns * 3);
    for (let y = 0; y < rows * pool; y++) {
      for (let x = 0; x < columns * pool; x++) {
        const from = 3 * ((k * height + y) * width + x), to = 3 * (Math.floor(y / pool) * columns + Math.floor(x / pool));
        for (let c = 0; c < 3; c++) means[to + c] += data[from + c];
      }
    }
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length, length = Math.hypot(...means.map((value) => value - mean)) || 1;
    return means.map((value) => (value - mean) / length);
  });
}
