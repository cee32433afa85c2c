import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import { EPSILON } from "./layers";

/** Result of groupNorm with what its gradient needs: mean and 1 / std of each image's groups, repeated per channel [n,1,1,c]. */
export interface GroupNorm {
  y: tf.Tensor4D;
  mean: tf.Tensor4D;
  inverseStd: tf.Tensor4D;
}

/**
 * Normalizes x [n,h,w,c] over height, width and the channels of each of `groups` groups, then applies gamma and beta [c].
 * The caller disposes all three results.
 *
 * Source: Wu and He 2018; biased variance, epsilon 1e-5, as torch.nn.GroupNorm.
 */
export function groupNorm(x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor, groups: number): GroupNorm {
  return tf.tidy(() => {
    const mean = groupMean(kernels.spatialMean(x), groups);
    const variance = groupMean(kernels.spatialMean(kernels.squaredDifference(x, mean)), groups);
    const inverseStd = tf.rsqrt(variance.add(EPSILON)) as tf.Tensor4D;
    const scale = inverseStd.mul(gamma);
    const y = kernels.add(kernels.multiply(x, scale), tf.sub(beta, mean.mul(scale)));
    return { y, mean, inverseStd };
  });
}

/** Gradients of groupNorm in x, gamma and beta, from dy; the caller disposes them. */
export function groupNormGradient(
  dy: tf.Tensor4D, x: tf.Tensor4D, gamma: tf.Tensor, groups: number, { mean, inverseStd }: Omit<GroupNorm, "y">,
): { dx: tf.Tensor4D; dgamma: tf.Tensor1D; dbeta: tf.Tensor1D } {
  return tf.tidy(() => {
    const [, h, w] = x.shape;
    const dyMean = kernels.spatialMean(dy); // [n,1,1,c], as all that follows up to dx
    const normalizedMean = kernels.spatialMean(kernels.multiply(dy, x)).sub(mean.mul(dyMean)).mul(inverseStd);
    const a = groupMean(dyMean.mul(gamma), groups);
    const b = groupMean(normalizedMean.mul(gamma), groups).mul(inverseStd);
    // dx = inverseStd * (gamma dy - a - b (x - mean))
    const offset = b.mul(mean).sub(a).mul(inverseStd);
    const dx = kernels.add(kernels.add(kernels.multiply(dy, inverseStd.mul(gamma)), kernels.multiply(x, b.mul(inverseStd).neg())), offset);
    return { dx, dgamma: normalizedMean.sum([0, 1, 2]).mul(h * w) as tf.Tensor1D, dbeta: dyMean.sum([0, 1, 2]).mul(h * w) as tf.Tensor1D };
  });
}

// [n,1,1,c] -> mean over the channels of each group, repeated to [n,1,1,c]
function groupMean(x: tf.Tensor, groups: number): tf.Tensor4D {
  const [n, , , c] = x.shape as [number, number, number, number];
  return tf.tile(x.reshape([n, groups, c / groups]).mean(2, true), [1, 1, c / groups]).reshape([n, 1, 1, c]);
}
