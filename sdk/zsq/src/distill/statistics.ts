import * as tf from "@tensorflow/tfjs-node-gpu";
import { EPSILON } from "../nn/layers";
import { weight, type Weights } from "../nn/weights";
import * as kernels from "../tensor/kernels";

/** Mean and standard deviation per channel; [n,1,1,c] for n images, [c] for what a batch normalization has stored. */
export interface ChannelStatistics {
  mean: tf.Tensor;
  std: tf.Tensor;
}

/**
 * Statistics of each image's own pixels, x [n,h,w,c] -> [n,1,1,c]: biased variance, epsilon 1e-5 under the root, so that
 * they compare with the stored ones. Without `std` that part is left out (it costs a pass over x). The caller disposes.
 */
export function imageStatistics(x: tf.Tensor4D, std: boolean): { mean: tf.Tensor4D; std: tf.Tensor4D | null } {
  const mean = kernels.spatialMean(x);
  if (!std) return { mean, std: null };
  return { mean, std: tf.tidy(() => kernels.spatialMean(kernels.square(kernels.subtract(x, mean))).add(EPSILON).sqrt() as tf.Tensor4D) };
}

/** What every batch normalization has stored, by layer; the caller disposes. */
export function storedStatistics(weights: Weights, layers: readonly string[]): Map<string, ChannelStatistics> {
  return new Map(layers.map((name) => {
    const std = tf.tidy(() => weight(weights, `${name}.running_var`).add(EPSILON).sqrt());
    return [name, { mean: tf.clone(weight(weights, `${name}.running_mean`)), std }];
  }));
}
