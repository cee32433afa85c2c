import { arange, floorDivide, histogram, linspace, pairwiseSum } from "./numpy-float32";

/** A histogram as ONNX Runtime's HistogramCollector keeps it. */
export interface OnnxRuntimeHistogram {
  counts: Float64Array;
  /** float32, one more than counts */
  edges: Float32Array;
  /** of the values, with their signs */
  min: number;
  max: number;
}

/**
 * Its histogram of |x|, which a symmetric percentile is taken from: the first batch from its least to its largest
 * magnitude; later ones add bins above, and are not counted where they lie below, or beyond the last rounded edge.
 *
 * Throws if there is no batch.
 *
 * Source: onnxruntime.quantization.calibrate, HistogramCollector.collect_absolute_value, float32 operation by operation.
 */
export function absoluteHistogram(batches: readonly Float32Array[], bins: number): OnnxRuntimeHistogram {
  return batches.reduce<OnnxRuntimeHistogram | null>((known, batch) => {
    const magnitudes = batch.map(Math.abs), [least, most] = endsOf(magnitudes), ends = endsOf(batch);
    if (!known) {
      const edges = linspace(...widened(least, most), bins + 1);
      return { counts: histogram(magnitudes, edges), edges, min: ends[0], max: ends[1] };
    }
    let edges: Float32Array | Float64Array = known.edges;
    const last = edges[edges.length - 1];
    if (most > last) {
      const width = Math.fround(edges[1] - edges[0]);
      edges = Float64Array.from([...edges, ...arange(Math.fround(last + width), Math.fround(most + width), width)]);
    }
    const counts = histogram(magnitudes, edges);
    known.counts.forEach((count, i) => (counts[i] += count));
    return { counts, edges: Float32Array.from(edges), min: Math.min(known.min, ends[0]), max: Math.max(known.max, ends[1]) };
  }, null) ?? missing();
}

/**
 * Its histogram of x over [-t, t], t the largest magnitude, which asymmetric percentiles and the search by entropy start
 * from: a larger t adds bins at both ends.
 *
 * Throws if there is no batch.
 *
 * Source: HistogramCollector.collect_value and merge_histogram, float32 operation by operation.
 */
export function signedHistogram(batches: readonly Float32Array[], bins: number): OnnxRuntimeHistogram {
  let reach = 0;
  return batches.reduce<OnnxRuntimeHistogram | null>((known, batch) => {
    const [min, max] = endsOf(batch), asked = Math.max(Math.abs(min), Math.abs(max));
    const ends = { min: Math.min(min, known?.min ?? Infinity), max: Math.max(max, known?.max ?? -Infinity) };
    const old = known?.counts ?? new Float64Array(bins);
    let more = 0;
    if (!known || reach === 0) reach = asked;
    else if (asked > reach) {
      const stride = Math.fround(Math.fround(2 * reach) / old.length);
      more = floorDivide(Math.fround(asked - reach), stride) + 1;
      reach = Math.fround(Math.fround(more * stride) + reach);
    }
    const edges = linspace(...widened(-reach, reach), old.length + 2 * more + 1), counts = histogram(batch, edges);
    old.forEach((count, i) => (counts[more + i] += count));
    return { counts, edges, ...ends };
  }, null) ?? missing();
}

/** Its ranges at percentile p: of absoluteHistogram symmetric, of signedHistogram with half of the rest cut at each end; within minimum and maximum. */
export function percentileRange({ counts, edges, min, max }: OnnxRuntimeHistogram, p: number, symmetric: boolean): [number, number] {
  const total = counts.reduce((a, b) => a + b, 0);
  const edge = (share: number): number => {
    let sum = 0;
    const bin = counts.findIndex((count) => (sum += count / total) >= share);
    return edges[bin < 0 ? counts.length : bin];
  };
  const cut = (100 - p) / 200, upper = edge(symmetric ? p / 100 : 1 - cut);
  return [Math.max(symmetric ? -upper : edge(cut), min), Math.min(upper, max)];
}

/**
 * Its range by entropy: of all spans around the middle, from `levels` bins on, the one whose quantization to `levels`
 * equal levels diverges least from the histogram with its tails added to the ends, both smoothed.
 *
 * - **histogram** – signedHistogram's
 *
 * Source: HistogramCollector.get_entropy_threshold, quant_utils.smooth_distribution; scipy.stats.entropy in float32.
 */
export function entropyRange({ counts, edges, min, max }: OnnxRuntimeHistogram, levels: number): [number, number] {
  const bins = counts.length, middle = Math.floor(bins / 2);
  let best = { divergence: Infinity, from: -1, to: -1 };
  for (let i = Math.floor(levels / 2); i <= middle; i++) {
    const from = middle - i, to = Math.min(middle + i + 1, bins), divergence = divergenceOf(counts, from, to, levels);
    if (best.from < 0 || divergence < best.divergence) best = { divergence, from, to };
  }
  return [Math.max(edges[best.from], min), Math.min(edges[best.to], max)];
}

function divergenceOf(counts: Float64Array, from: number, to: number, levels: number): number {
  const inside = counts.slice(from, to), p = inside.slice(), sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  p[0] += sum(counts.subarray(0, from));
  p[p.length - 1] += sum(counts.subarray(to));
  const merged = Math.floor(inside.length / levels), q = new Float64Array(inside.length);
  for (let level = 0; level < levels; level++) {
    const start = level * merged, end = start + merged, filled = p.subarray(start, end).reduce((n, count) => n + (count === 0 ? 0 : 1), 0);
    const mass = sum(inside.subarray(start, level === levels - 1 ? inside.length : end));
    if (filled > 0) q.fill(Math.trunc(mass / filled), start, end);
  }
  const [reference, candidate] = [smoothed(p), smoothed(q)];
  if (!reference || !candidate) return Infinity;
  const [a, b] = [pairwiseSum(reference), pairwiseSum(candidate)];
  return pairwiseSum(reference.map((value, k) => {
    const x = Math.fround(value / a), y = Math.fround(candidate[k] / b);
    return x * Math.log(x / y);
  }));
}

const EPSILON = 1e-4;

// zeros become epsilon, which the others pay for; null where there are but zeros
function smoothed(counts: Float64Array): Float32Array | null {
  const zeros = counts.reduce((n, count) => n + (count === 0 ? 1 : 0), 0), others = counts.length - zeros;
  if (others === 0) return null;
  const paid = Math.fround(-((EPSILON * zeros) / others));
  return Float32Array.from(counts, (count) => Math.fround(count) + (count === 0 ? Math.fround(EPSILON) : paid));
}

// numpy's, where all values are the same
const widened = (low: number, high: number): [number, number] => (low === high ? [Math.fround(low - 0.5), Math.fround(high + 0.5)] : [low, high]);

const endsOf = (values: Float32Array): [number, number] => values.reduce<[number, number]>(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);

function missing(): never {
  throw new Error("onnxruntime: missing batches; expected at least one");
}
