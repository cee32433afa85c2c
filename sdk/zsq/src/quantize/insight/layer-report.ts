import * as tf from "@tensorflow/tfjs-node-gpu";
import { runNetwork } from "../../nn/detector";
import { throwIfStopped } from "../../tensor/cell-signal";
import { fakeQuantizeFast, levelRange, type QParams } from "../affine";
import type { Calibrated } from "../calibrate";
import { DyadicHistogram } from "../calibrators/dyadic-histogram";
import { HookedLayers } from "../hooked-layers";
import type { QuantizedDetector } from "../quantized-detector";
import type { Range } from "../range";

/** What enters one convolution for the images of one source, and what quantization does to it. */
export interface LayerReportRow {
  layer: string;
  source: string;
  /** the interval that the levels cover: what lies beyond is clipped */
  clip: Range;
  min: number;
  max: number;
  /** share of the values that are clipped */
  clipped: number;
  /** signal to quantization noise, 10 log10(sum x^2 / sum (x - q(x))^2), in dB; Infinity if nothing is lost */
  sqnr: number;
  /** Kullback-Leibler divergence of this distribution from the first source's, in nats, over common bins with half a count added to each; 0 for the first */
  divergence: number;
  /** counts in `counts.length` bins of equal width from `from` */
  histogram: { from: number; width: number; counts: Float64Array };
}

const BINS = 128;

/**
 * How the tensors entering each quantized convolution are distributed for images of several sources, such as real,
 * distilled and noise, and how much of each the levels of a quantized detector lose. The float detector computes.
 *
 * - **quantized** – made from the detector
 * - **sources** – normalized images [n, h, w, 3] by name, the first being what others are compared with; not disposed
 *
 * Returns a row per layer and source, layers in their order.
 * Throws if there is no source or a value is not finite. Memory: 64 kB per layer and source.
 */
export function layerReport(detector: Calibrated, quantized: QuantizedDetector, sources: Readonly<Record<string, tf.Tensor4D>>): LayerReportRow[] {
  const names = Object.keys(sources), { sites, inputQParams } = quantized;
  if (!names.length) throw new Error("layerReport: missing sources; expected images of at least one");
  const layers = [...sites.inputs.values()];
  const seen = names.map((name) => observe(detector, sources[name], layers, inputQParams));
  return layers.flatMap((layer) => {
    const span = commonSpan(seen.map((source) => source.get(layer)!.histogram)), binned = seen.map((source) => rebin(source.get(layer)!.histogram, span));
    return names.map((source, k) => {
      const { histogram, signal, noise, clipped } = seen[k].get(layer)!;
      return {
        layer, source, clip: levels(inputQParams.get(layer)!), min: histogram.min, max: histogram.max, clipped: clipped / histogram.count,
        sqnr: 10 * Math.log10(signal / noise), divergence: k === 0 ? 0 : divergence(binned[k], binned[0]), histogram: { from: span.min, width: (span.max - span.min) / BINS, counts: binned[k] },
      };
    });
  });
}

interface Seen { histogram: DyadicHistogram; signal: number; noise: number; clipped: number }

function observe({ config, weights, folded }: Calibrated, images: tf.Tensor4D, layers: readonly string[], qparams: ReadonlyMap<string, QParams>): Map<string, Seen> {
  const seen = new Map<string, Seen>(layers.map((layer) => [layer, { histogram: new DyadicHistogram(`input of ${layer}`), signal: 0, noise: 0, clipped: 0 }]));
  const input = (layer: string, x: tf.Tensor4D): undefined => {
    const own = seen.get(layer);
    if (!own) return undefined;
    const { min, max } = levels(qparams.get(layer)!), half = qparams.get(layer)!.scale / 2;
    own.histogram.add(x.dataSync() as Float32Array);
    const [signal, noise, clipped] = tf.tidy(() => {
      const lost = x.sub(fakeQuantizeFast(x, qparams.get(layer)!));
      const outside = tf.logicalOr(x.greater(max + half), x.less(min - half)).toFloat();
      return tf.stack([x.square().sum(), lost.square().sum(), outside.sum()]);
    }).dataSync();
    [own.signal, own.noise, own.clipped] = [own.signal + signal, own.noise + noise, own.clipped + clipped];
    return undefined;
  };
  for (let k = 0; k < images.shape[0]; k += 16) {
    throwIfStopped("layerReport");
    const part = images.slice(k, Math.min(16, images.shape[0] - k));
    const { classLogits, boxRegression } = runNetwork(new HookedLayers(weights, { folded, input }), config, part);
    tf.dispose([part, ...classLogits, ...boxRegression]);
  }
  return seen;
}

function levels(qparams: QParams): Range {
  const [lowest, highest] = levelRange(qparams), { scale, zeroPoint } = qparams;
  return { min: (lowest - zeroPoint) * scale, max: (highest - zeroPoint) * scale };
}

function commonSpan(histograms: readonly DyadicHistogram[]): Range {
  const [min, max] = [Math.min(...histograms.map((each) => each.min)), Math.max(...histograms.map((each) => each.max))];
  return min === max ? { min: min - 0.5, max: max + 0.5 } : { min, max };
}

// by the middles of the fine bins
function rebin({ counts, width }: DyadicHistogram, { min, max }: Range): Float64Array {
  const out = new Float64Array(BINS);
  counts.forEach((count, i) => {
    if (count) out[Math.min(Math.max(Math.floor((((i + 0.5 - counts.length / 2) * width - min) / (max - min)) * BINS), 0), BINS - 1)] += count;
  });
  return out;
}

function divergence(p: Float64Array, q: Float64Array): number {
  const [total, other] = [p, q].map((counts) => counts.reduce((a, b) => a + b, BINS / 2));
  return p.reduce((sum, count, i) => sum + ((count + 0.5) / total) * Math.log(((count + 0.5) / total) / ((q[i] + 0.5) / other)), 0);
}
