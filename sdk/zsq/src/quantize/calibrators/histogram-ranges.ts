import type { ActivationRange } from "./observer";
import type { DyadicHistogram } from "./dyadic-histogram";
import { entropyThreshold } from "./entropy-threshold";
import { l2Bins } from "./l2-search";

/** From the percentile 100 - p to the percentile p, linear between the centres of bins; the ends are exact. */
export function percentileRange(histogram: DyadicHistogram, p: number): ActivationRange {
  const { min, max, width, count } = histogram, signed = histogram.counts, rest = 1 - p / 100;
  const at = (position: number): number => valueAt(signed, -signed.length / 2, width, position, count, min, max);
  const amax = Math.max(-min, max);
  return {
    min: min >= 0 ? min : at((count - 1) * rest), max: at((count - 1) * (1 - rest)),
    magnitude: valueAt(histogram.magnitudes(), 0, width, (count - 1) * (1 - rest), count, 0, amax),
  };
}

/** The threshold of |x| that loses least information at 2^(bits-1) levels; the whole range where there is none. */
export function entropyRange(histogram: DyadicHistogram, bits: number): ActivationRange {
  const { index } = entropyThreshold(histogram.magnitudes(), 2 ** (bits - 1));
  return clipped(histogram, index === null ? Infinity : index * histogram.width);
}

const COARSE = 4;

/** torch.ao's search on the bins that hold values, four at a time, about as many as torch has; the symmetric one on those of |x|. */
export function l2Range(histogram: DyadicHistogram, bits: number): ActivationRange {
  const { min, max } = histogram, width = COARSE * histogram.width, signed = coarse(histogram.counts), zero = signed.length / 2;
  const first = Math.min(signed.findIndex((count) => count > 0), zero), last = Math.max(lastFilled(signed), zero - 1);
  const [from, to] = l2Bins(signed.subarray(first, last + 1), width, 2 ** bits);
  const [, reach] = l2Bins(coarse(histogram.magnitudes()), width, 2 ** (bits - 1));
  return { min: Math.max(min, (first + from - zero) * width), max: Math.min(max, (first + to + 1 - zero) * width), magnitude: Math.min(Math.max(-min, max), (reach + 1) * width) };
}

function coarse(counts: Float64Array): Float64Array {
  const merged = new Float64Array(Math.ceil(counts.length / COARSE));
  counts.forEach((count, i) => (merged[Math.floor(i / COARSE)] += count));
  return merged;
}

const FRACTIONS = 128;

/** The ends, among 128 fractions of each, with the least mean squared error of 2^bits levels: first the upper, then the lower. */
export function meanSquaredErrorRange(histogram: DyadicHistogram, bits: number): ActivationRange {
  const { min, max, width } = histogram, signed = histogram.counts, zero = signed.length / 2;
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  const error = (from: number, to: number): number => squaredError(signed, zero, width, from, to, 2 ** bits - 1);
  const upper = best((t) => error(low, t * high)) * high;
  const lower = best((t) => error(t * low, upper)) * low;
  const amax = Math.max(-min, max), steps = 2 ** bits - 2;
  const reach = best((t) => squaredError(signed, zero, width, -t * amax, t * amax, steps)) * amax;
  return { min: Math.max(min, lower), max: Math.min(max, upper), magnitude: reach };
}

// the largest of equally good fractions
function best(error: (fraction: number) => number): number {
  let [fraction, least] = [1, error(1)];
  for (let k = FRACTIONS - 1; k >= 1; k--) {
    const value = error(k / FRACTIONS);
    if (value < least) [fraction, least] = [k / FRACTIONS, value];
  }
  return fraction;
}

// sum over bins of count (q(centre) - centre)^2, with `steps` steps between two ends around 0
function squaredError(signed: Float64Array, zero: number, width: number, low: number, high: number, steps: number): number {
  const scale = (high - low) / steps;
  if (scale === 0) return Infinity;
  const offset = Math.round(-low / scale);
  let sum = 0;
  for (let i = 0; i < signed.length; i++) {
    if (signed[i] === 0) continue;
    const centre = (i + 0.5 - zero) * width;
    const error = (Math.min(Math.max(Math.round(centre / scale) + offset, 0), steps) - offset) * scale - centre;
    sum += signed[i] * error * error;
  }
  return sum;
}

function clipped({ min, max }: DyadicHistogram, amax: number): ActivationRange {
  const magnitude = Math.min(amax, Math.max(-min, max));
  return { min: Math.max(min, -magnitude), max: Math.min(max, magnitude), magnitude };
}

// value number `position` of all in rising order, linear between neighbours, each the centre of its bin within [min, max]
function valueAt(counts: Float64Array, firstBin: number, width: number, position: number, count: number, min: number, max: number): number {
  const below = Math.floor(position), t = position - below;
  const of = (k: number): number => {
    if (k <= 0) return min;
    if (k >= count - 1) return max;
    let bin = 0;
    for (let sum = counts[0]; sum <= k; ) sum += counts[++bin];
    return Math.min(Math.max((firstBin + bin + 0.5) * width, min), max);
  };
  const low = of(below);
  return t === 0 ? low : low + t * (of(below + 1) - low);
}

function lastFilled(counts: Float64Array): number {
  let last = counts.length - 1;
  while (last > 0 && counts[last] === 0) last--;
  return last;
}
