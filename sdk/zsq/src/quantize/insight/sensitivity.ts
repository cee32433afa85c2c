import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Predictor } from "../../nn/detector";
import { Graph } from "../../nn/graph";
import type { HeadOutputs } from "../../nn/retinanet";
import { throwIfStopped } from "../../tensor/cell-signal";
import type { Calibrated, Calibration } from "../calibrate";
import { quantizeDetector } from "../quantized-detector";
import { isExcluded, type Scheme } from "../scheme";
import { layerReport } from "./layer-report";
import { evaluateSubset, type Evaluate } from "./subsets";

/** How much it matters that one convolution is quantized, all others being in float. */
export interface LayerSensitivity {
  layer: string;
  /** relative error of the head outputs, sqrt(sum (y - y')^2 / sum y^2), each output by its own sum, averaged */
  outputError: number;
  /** signal to quantization noise of what enters it, in dB; null where that stays in float */
  sqnr: number | null;
  /** how much the figure of merit falls; null without `evaluate` */
  loss: number | null;
}

/**
 * The sensitivity of each convolution that the scheme quantizes, in their order, by the error of the outputs, by the
 * noise at its input and, if asked for, by a figure of merit such as mAP.
 *
 * - **images** – normalized [n, h, w, 3], for the first two; not disposed
 * - **evaluate** – runs once for each layer, and once in float
 */
export async function layerSensitivity(detector: Calibrated & Predictor, calibration: Calibration, scheme: Scheme, images: tf.Tensor4D, evaluate?: Evaluate): Promise<LayerSensitivity[]> {
  const layers = [...new Set(new Graph(detector.config).of("conv").map(({ name }) => name))].filter((name) => !isExcluded(scheme, name));
  const float = evaluate && (await evaluate(detector)), expected = detector.outputs(images);
  try {
    const whole = quantizeDetector(detector, calibration, scheme);
    const noise = new Map(layerReport(detector, whole, { images }).map(({ layer, sqnr }) => [layer, sqnr]));
    whole.dispose();
    const rows: LayerSensitivity[] = [];
    for (const layer of layers) {
      throwIfStopped("layerSensitivity");
      const outputError = await evaluateSubset(detector, calibration, scheme, (predictor) => relativeError(predictor.outputs(images), expected), (name) => name === layer);
      const loss = evaluate ? float! - (await evaluateSubset(detector, calibration, scheme, evaluate, (name) => name === layer)) : null;
      rows.push({ layer, outputError, sqnr: noise.get(layer) ?? null, loss });
    }
    return rows;
  } finally {
    tf.dispose([...expected.classLogits, ...expected.boxRegression]);
  }
}

// disposes the actual outputs
function relativeError(actual: HeadOutputs<tf.Tensor4D>, expected: HeadOutputs<tf.Tensor4D>): number {
  const kinds = (["classLogits", "boxRegression"] as const).map((kind) => {
    const sums = tf.tidy(() => tf.stack([
      tf.addN(actual[kind].map((level, k) => level.sub(expected[kind][k]).square().sum())), tf.addN(expected[kind].map((level) => level.square().sum())),
    ]));
    const [lost, whole] = sums.dataSync();
    tf.dispose([sums, ...actual[kind]]);
    return Math.sqrt(lost / whole);
  });
  return (kinds[0] + kinds[1]) / 2;
}

/**
 * Spearman's rank correlation of two lists: the correlation of their ranks, equal values sharing the mean of theirs. NaN
 * if either is constant.
 *
 * @example rankCorrelation([1, 2, 3], [10, 30, 20]) // 0.5
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`rankCorrelation: invalid lengths: ${a.length} and ${b.length}; expected equal ones`);
  const [x, y] = [a, b].map(ranks), middle = (a.length + 1) / 2;
  const product = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, value, i) => sum + (value - middle) * (v[i] - middle), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const [below, equal] = [values.filter((other) => other < value).length, values.filter((other) => other === value).length];
    return below + (equal + 1) / 2;
  });
}
