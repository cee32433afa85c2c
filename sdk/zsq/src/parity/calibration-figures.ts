import { chooseQParams, dequantize, quantize } from "../quantize/affine";
import { AbsHistogram } from "../quantize/calibrators/abs-histogram";
import { TorchHistogram } from "../quantize/calibrators/torch-histogram";
import { upperPercentile } from "../quantize/percentile";
import { histcReplay } from "./histc-replay";
import { absoluteHistogram, entropyRange, percentileRange, signedHistogram } from "./onnxruntime-replay";

/**
 * Our figures for the batches of a calibration fixture, under its own keys: exact ones, those of the three toolkits whose
 * calibrators have a compat mode, and affine integers. Left out: parts that the toolkit has no figures for, as of zeros
 * alone.
 *
 * - **percentiles** – in (50, 100]
 */
export function calibrationFigures(batches: readonly Float32Array[], percentiles: readonly number[]) {
  const all = Float32Array.from(batches.flatMap((batch) => [...batch]));
  const [min, max] = all.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
  const counted = min === 0 && max === 0 ? {} : { float32_histc_replay: replayFigures(batches, percentiles), onnxruntime: onnxruntimeFigures(batches, percentiles) };
  return {
    exact: exactFigures(all, min, max, percentiles), abs_hist_2048: histogramFigures(clean(batches), percentiles), ...counted,
    ...(min < max && { torch_ao_histogram_observer: torchFigures(batches) }), affine_int8: affineFigures(all, min, max),
  };
}

function clean(batches: readonly Float32Array[]): AbsHistogram {
  const histogram = new AbsHistogram();
  for (const batch of batches) histogram.add(batch);
  return histogram;
}

function exactFigures(all: Float32Array, min: number, max: number, percentiles: readonly number[]) {
  const falling = Float64Array.from(all).sort().reverse(), rising = falling.map((_, i) => -falling[falling.length - 1 - i]);
  const absolute = Float64Array.from(all, Math.abs).sort().reverse();
  const by = <T>(f: (p: number) => T): Record<string, T> => Object.fromEntries(percentiles.map((p) => [key(p), f(p)]));
  return {
    min, max, amax: Math.max(Math.abs(min), Math.abs(max)),
    abs_percentile_linear: by((p) => upperPercentile(absolute, all.length, p)),
    two_sided_percentile_linear: by((p) => {
      const upper = 100 - (100 - p) / 2;
      return [-upperPercentile(rising, all.length, upper), upperPercentile(falling, all.length, upper)];
    }),
  };
}

function histogramFigures(histogram: AbsHistogram, percentiles: readonly number[]) {
  const { counts, width } = histogram;
  const facts = {
    bins: counts.length, width, hist_nonzero: counts.filter((count) => count > 0).length, hist_first8: [...counts.subarray(0, 8)],
    hist_weighted: counts.reduce((sum, count, i) => sum + count * ((i % 1009) + 1), 0),
  };
  if (width === 0) return facts;
  const { index: edge_index, amax, error: kl } = histogram.entropy();
  const { index: center_index, amax: centre, error: mse } = histogram.meanSquaredError();
  const percentile_amax = Object.fromEntries(percentiles.map((p) => [key(p), histogram.percentile(p)]));
  return { ...facts, percentile_amax, entropy: { edge_index, amax, kl }, mse: { center_index, amax: centre, mse } };
}

function affineFigures(all: Float32Array, min: number, max: number) {
  const of = (low: number, high: number) => {
    if (low === high) return null; // no scale in the fixture's formula
    const params = chooseQParams(low, high, 8, { includeZero: false });
    const { scale, zeroPoint } = params;
    const probe = [...all.subarray(0, 12), 0, low, high, low - 10 * scale, high + 10 * scale, 0.5 * scale, 1.5 * scale, -0.5 * scale];
    const q = quantize(probe, params);
    return { min: low, max: high, scale, zero_point: zeroPoint, probe, q: [...q], dequant: [...dequantize(q, params)] };
  };
  return { minmax: of(min, max), minmax_with_zero: of(Math.min(0, min), Math.max(0, max)) };
}

// pytorch-quantization as it is: float32 counts and edges
function replayFigures(batches: readonly Float32Array[], percentiles: readonly number[]) {
  const { counts, edges } = histcReplay(batches), own = clean(batches).counts, total = counts.reduce((a, b) => a + b, 0);
  const histogram = Object.assign(new AbsHistogram(), { counts, width: Math.fround(edges[1] - edges[0]) });
  const leftEdge = (p: number): number => {
    let sum = 0;
    const bin = counts.findIndex((count) => (sum += count / total) >= p / 100);
    return edges[bin < 0 ? counts.length : bin];
  };
  const { index: edge } = histogram.entropy(), { index: centre } = histogram.meanSquaredError();
  return {
    bins: counts.length, n_edges: edges.length, last_edge: edges[edges.length - 1],
    bins_differing_from_clean: counts.filter((count, i) => i < own.length && count !== own[i]).length,
    percentile_amax: Object.fromEntries(percentiles.map((p) => [key(p), leftEdge(p)])),
    entropy_amax: edge === null ? null : edges[Math.min(edge, edges.length - 1)],
    mse_amax: centre === null ? null : Math.fround(Math.fround(edges[centre] + edges[centre + 1]) / 2),
  };
}

const [ORT_BINS, ORT_LEVELS] = [2048, 128];

function onnxruntimeFigures(batches: readonly Float32Array[], percentiles: readonly number[]) {
  const [absolute, signed] = [absoluteHistogram(batches, ORT_BINS), signedHistogram(batches, ORT_BINS)];
  return {
    ...Object.fromEntries(percentiles.flatMap((p) => [[`percentile_sym_${key(p)}`, percentileRange(absolute, p, true)], [`percentile_asym_${key(p)}`, percentileRange(signed, p, false)]])),
    [`entropy_${ORT_LEVELS}bins`]: entropyRange(signedHistogram(batches, ORT_LEVELS), ORT_LEVELS),
  };
}

function torchFigures(batches: readonly Float32Array[]) {
  const histogram = new TorchHistogram();
  for (const batch of batches) histogram.add(batch);
  const { min, max } = histogram.range(8), low = Math.min(min, 0), scale = Math.max((Math.max(max, 0) - low) / 255, FLOAT32_EPSILON);
  return { min, max, scale, zero_point: Math.min(Math.max(-128 - Math.round(low / scale), -128), 127) };
}

// the least scale that torch takes
const FLOAT32_EPSILON = 2 ** -23;

// as Python prints a float
const key = (p: number): string => (Number.isInteger(p) ? p.toFixed(1) : String(p));
