import * as tf from "@tensorflow/tfjs-node-gpu";
import { roundHalfToEven } from "../../tensor/round";
import { weight } from "../../nn/weights";
import { integerRange } from "../affine";
import type { Calibrated } from "../calibrate";
import { layerScheme } from "../scheme";
import type { QuantizedDetector } from "../quantized-detector";

export interface SplitOutliersOptions {
  /** share of the input channels of each kernel that are split, rounded up; defaults to 0.02 */
  ratio?: number;
}

/**
 * The quantized detector with the input channels of largest weights split: such a channel enters twice with half its
 * weights, so that one scale for the whole kernel can be finer. Simulated on kernels of the old shape: the levels of both
 * halves are added, as the same input meets them both. The first convolution, with its three channels, is left alone.
 *
 * - **quantized** – of symmetric weights per tensor, made from `detector`; must outlive the result
 *
 * Returns a detector that the caller disposes; its size does not count the added channels, a share of `ratio`.
 *
 * Source: Zhao et al., "Improving neural network quantization without retraining using outlier channel splitting", ICML 2019.
 */
export function splitOutliers(quantized: QuantizedDetector, detector: Calibrated, { ratio = 0.02 }: SplitOutliersOptions = {}): QuantizedDetector {
  if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`splitOutliers: invalid ratio: ${ratio}; expected 0 to 1`);
  const kernels = new Map<string, tf.Tensor>();
  for (const [name] of [...quantized.weightQParams].slice(1)) {
    const { bits, granularity, symmetric } = layerScheme(quantized.scheme, name).weights;
    if (granularity.kind !== "perTensor" || !symmetric) throw new Error(`splitOutliers: unsupported weights of ${name}: ${granularity.kind}${symmetric ? "" : ", asymmetric"}; expected perTensor, symmetric`);
    const key = `${name}.weight`, kernel = weight(detector.weights, key), [, , channels, out] = kernel.shape as number[];
    kernels.set(key, tf.tensor(splitKernel(kernel.dataSync() as Float32Array, channels, out, Math.ceil(ratio * channels), bits), kernel.shape));
  }
  return quantized.withWeights(kernels);
}

/** What a kernel [.., channels, out] acts as after `splits` halvings of its largest input channel and rounding to the levels of `bits`. */
export function splitKernel(kernel: Float32Array, channels: number, out: number, splits: number, bits: number): Float32Array {
  const largest = new Float64Array(channels);
  const channelOf = (i: number): number => Math.floor(i / out) % channels;
  kernel.forEach((value, i) => (largest[channelOf(i)] = Math.max(largest[channelOf(i)], Math.abs(value))));
  // copies of each channel: w factor + offset steps
  const copies = Array.from(largest, () => [{ factor: 1, offset: 0 }]);
  for (let k = 0; k < splits; k++) {
    const size = (c: number): number => largest[c] * copies[c][0].factor;
    const widest = copies.reduce((best, _, c) => (size(c) > size(best) ? c : best), 0), [first, ...others] = copies[widest];
    const half = (sign: number) => ({ factor: first.factor / 2, offset: first.offset / 2 + sign / 4 });
    copies[widest] = [...others, half(-1), half(1)].sort((a, b) => b.factor - a.factor);
  }
  const [lowest, highest] = integerRange(bits), scale = copies.reduce((max, own, c) => Math.max(max, largest[c] * own[0].factor), 0) / highest;
  if (scale === 0) return kernel.slice();
  return kernel.map((value, i) => copies[channelOf(i)].reduce((sum, { factor, offset }) => sum + Math.min(Math.max(roundHalfToEven((value * factor) / scale + offset), lowest), highest) * scale, 0));
}
