import type * as tf from "@tensorflow/tfjs-node-gpu";
import { weight, type Weights } from "../nn/weights";
import type { BitsRow } from "../plot/bits-figure";
import { chooseQParams, fakeQuantize } from "../quantize/affine";
import { perAxis, perTensor } from "../quantize/granularity";
import { rangesOf } from "../quantize/range";

/**
 * How loud rounding is in one kernel, with one scale for all of it and with one for each output channel: the ratio of
 * signal to quantization noise, 10 log10(sum w^2 / sum (w - q(w))^2), in dB, a row per granularity and width.
 *
 * - **layer** – name of a convolution
 *
 * Throws if there is no such layer or a width is none.
 */
export function kernelNoise({ weights }: { weights: Weights }, layer: string, bits: readonly number[]): BitsRow[] {
  const kernel = weight(weights, `${layer}.weight`);
  return ([["one scale", perTensor], ["one scale per output channel", perAxis(3)]] as const).flatMap(([method, granularity]) => {
    const ranges = rangesOf(kernel, granularity);
    return bits.map((width) => {
      const rounded = fakeQuantize(kernel, ranges.map(({ min, max }) => chooseQParams(min, max, width)), granularity);
      const value = ratio(kernel, rounded);
      rounded.dispose();
      return { method, bits: width, value };
    });
  });
}

function ratio(signal: tf.Tensor, rounded: tf.Tensor): number {
  const [x, y] = [signal.dataSync(), rounded.dataSync()];
  let power = 0, noise = 0;
  for (let i = 0; i < x.length; i++) [power, noise] = [power + x[i] ** 2, noise + (x[i] - y[i]) ** 2];
  return 10 * Math.log10(power / noise);
}
