/**
 * The number of bins whose quantization to `levels` levels diverges least from the histogram, after Kullback and Leibler.
 *
 * Bin 0 counts as bin 1 does, so that zeros do not rule. For i = levels .. bins the first i bins, with everything beyond
 * added to the last of them, are compared with the same bins without it, cut into `levels` equal spans whose mass is
 * spread evenly over their non-empty bins. The last of equal minima counts.
 *
 * - **counts** – of the bins of |x|, at least `levels` of them
 *
 * Returns nulls if there is nothing to compare.
 *
 * Source: Migacz, "8-bit inference with TensorRT", 2017; as in pytorch-quantization.
 */
export function entropyThreshold(counts: ArrayLike<number>, levels: number): { index: number | null; divergence: number | null } {
  const bins = Float64Array.from(counts);
  bins[0] = bins[1];
  const about = approximateDivergences(bins, levels);
  const limit = about.reduce((least, value) => Math.min(least, value), Infinity) + TOLERANCE;
  let tail = 0, best: { index: number | null; divergence: number | null } = { index: null, divergence: null };
  for (let i = bins.length; i >= levels; tail += bins[--i]) {
    if (about[i - levels] > limit) continue;
    const divergence = divergenceAt(bins, i, tail, levels);
    if (!Number.isNaN(divergence) && (best.divergence === null || divergence < best.divergence)) best = { index: i, divergence };
  }
  return best;
}

// far above what the sums of approximateDivergences round off, far below differences that matter
const TOLERANCE = 1e-9;

// The divergences of all candidates by sums over spans of bins, so that each takes as many steps as there are levels
// instead of bins: sum p log(p / q) over a span, all of whose q are one, needs only sums of p and of p log p.
function approximateDivergences(bins: Float64Array, levels: number): Float64Array {
  const mass = new Float64Array(bins.length + 1), filled = new Float64Array(bins.length + 1), logs = new Float64Array(bins.length + 1);
  bins.forEach((count, k) => {
    mass[k + 1] = mass[k] + count;
    filled[k + 1] = filled[k] + (count === 0 ? 0 : 1);
    logs[k + 1] = logs[k] + timesLog(count);
  });
  const total = mass[bins.length];
  return Float64Array.from({ length: Math.max(0, bins.length - levels + 1) }, (_, at) => {
    const i = at + levels, inside = mass[i], last = bins[i - 1], tail = filled[i] < filled[bins.length] ? total - inside : 0;
    if (inside === 0 || (last === 0 && tail > 0)) return Infinity;
    let sum = logs[i - 1] + timesLog(last + tail) - total * Math.log(total / inside);
    for (let level = 0, from = 0; level < levels; level++) {
      const to = Math.ceil(((level + 1) * i) / levels), within = mass[to] - mass[from], count = filled[to] - filled[from];
      if (count > 0) sum -= (within + (level === levels - 1 ? tail : 0)) * Math.log(within / count);
      from = to;
    }
    return sum / total;
  });
}

const timesLog = (x: number): number => (x === 0 ? 0 : x * Math.log(x));

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
