import type * as tf from "@tensorflow/tfjs-node-gpu";

/**
 * A detector's tensors by torchvision's names, parameters and running statistics alike, float32; convolution kernels
 * are [kernel, kernel, in, out].
 */
export type Weights = ReadonlyMap<string, tf.Tensor>;

/** The tensor of that name. */
export function weight<T extends tf.Tensor>(weights: Weights, name: string): T {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`detector: missing weight: ${name}; expected one of ${weights.size} names such as ${weights.keys().next().value}`);
  return tensor as T;
}
