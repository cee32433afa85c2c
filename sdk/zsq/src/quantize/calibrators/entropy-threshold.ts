/**
 * The number of bins whose quantization to `levels` levels diverges least from the histogram, after Kullback and Leibler.
 *
 * Bin 0 counts as bin 1 does, so that zeros do not rule. For i = levels .. bins the first i bins, with everything beyond
 * added to the last of them, are compared with the same bins without it, cut into `levels` equal spans whose mass is
 * spread evenly over their non-empty bins. The last of equal minima counts.
 *
 * - **counts** – of the bins of |x|, at least `levels` of them
 *
 * Returns nulls if there is nothing to compare, and divergence Infinity if no candidate covers the histogram.
 *
 * Source: Migacz, "8-bit inference with TensorRT", 2017; as in pytorch-quantization.
 */
export function entropyThreshold(counts: ArrayLike<number>, levels: number): { index: number | null; divergence: number | null } {
  const bins = Float64Array.from(counts);
  bins[0] = bins[1];
  let tail = 0;
  const tails = new Float64Array(bins.length + 1);
  for (let i = bins.length - 1; i >= 0; i--) tails[i] = tail += bins[i];
  let best: { index: number | null; divergence: number | null } = { index: null, divergence: null };
  for (let i = levels; i <= bins.length; i++) {
    const divergence = divergenceAt(bins, i, tails[i], levels);
    if (!Number.isNaN(divergence) && (best.divergence === null || divergence <= best.divergence)) best = { index: i, divergence };
  }
  return best;
}

// NaN if there is no mass at all
function divergenceAt(bins: Float64Array, i: number, tail: number, levels: number): number {
  const mass = new Float64Array(levels), filled = new Float64Array(levels);
  let inside = 0;
  for (let k = 0; k < i; k++) {
    if (bins[k] === 0) continue;
    const level = Math.floor((levels * k) / i);
    mass[level] += bins[k];
    filled[level]++;
    inside += bins[k];
  }
  const reference = inside + tail;
  if (inside === 0) return reference === 0 ? NaN : Infinity;
  let sum = 0;
  for (let k = 0; k < i; k++) {
    const p = (bins[k] + (k === i - 1 ? tail : 0)) / reference;
    if (p === 0) continue;
    if (bins[k] === 0) return Infinity;
    const level = Math.floor((levels * k) / i);
    sum += p * Math.log(p / (mass[level] / filled[level] / inside));
  }
  return sum;
}
