import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { EPSILON } from "../nn/layers";
import { weight } from "../nn/weights";

/** Mean and standard deviation of every channel of every layer, side by side: [n,1,1,c] for n images, [1,1,1,c] for what is stored. */
export interface Statistics {
  mean: tf.Tensor4D;
  /** null where it was not asked for */
  std: tf.Tensor4D | null;
}

/** What counts as a standard deviation, and which layers are compared. */
export interface StatisticsOptions {
  /** "biased": the mean of squares, as batch normalization normalizes (default); "unbiased": with m - 1 of m pixels, as ZeroQ */
  variance?: "biased" | "unbiased";
  /** added to a variance before its root; default 1e-5, the batch normalization's own */
  epsilon?: number;
  /** the image itself counts as a layer with stored mean 0 and deviation 1, as in ZeroQ; default false */
  inputLayer?: boolean;
}

/** A layer's place among the channels. */
export interface LayerChannels {
  /** of the batch normalization, or INPUT_LAYER */
  name: string;
  channels: number;
}

/** Name of ZeroQ's pseudo-layer on the image. */
export const INPUT_LAYER = "input";

/** One value per layer, repeated for each of its channels: [1,1,1,c]; the caller disposes. */
export function layerValues(layers: readonly LayerChannels[], value: (layer: LayerChannels, k: number) => number): tf.Tensor4D {
  const values = new Float32Array(layers.reduce((sum, { channels }) => sum + channels, 0));
  let at = 0;
  layers.forEach((layer, k) => values.fill(value(layer, k), at, (at += layer.channels)));
  return tf.tensor4d(values, [1, 1, 1, values.length]);
}

/** What the batch normalizations of a detector have stored; the caller disposes mean and std. */
export interface StoredStatistics {
  layers: readonly LayerChannels[];
  mean: tf.Tensor4D;
  std: tf.Tensor4D;
}

/**
 * Means and deviations stored in a detector's batch normalizations, in the order of the layers; frozen ones count.
 *
 * Throws if there are none: the method has nothing to go by.
 */
export function storedStatistics({ architecture, weights }: Pick<Detector, "architecture" | "weights">, { epsilon = EPSILON, inputLayer = false }: StatisticsOptions = {}): StoredStatistics {
  const names = architecture.ofKind("batchNorm").map(({ name }) => name);
  if (names.length === 0) throw new Error("distill: missing batch normalizations: 0; expected at least 1 with stored statistics; try a detector whose layers are not folded");
  const stored = (key: string): tf.Tensor1D[] => names.map((name) => weight<tf.Tensor1D>(weights, `${name}.${key}`));
  const layers = names.map((name) => ({ name, channels: weight(weights, `${name}.running_mean`).size }));
  return tf.tidy(() => {
    const row = (parts: tf.Tensor1D[]): tf.Tensor4D => tf.concat1d(parts).reshape([1, 1, 1, -1]);
    const [zero, one] = inputLayer ? [[tf.zeros([3])], [tf.ones([3])]] as [tf.Tensor1D[], tf.Tensor1D[]] : [[], []];
    const std = stored("running_var").map((variance) => variance.add(epsilon).sqrt() as tf.Tensor1D);
    return {
      layers: [...(inputLayer ? [{ name: INPUT_LAYER, channels: 3 }] : []), ...layers],
      mean: row([...zero, ...stored("running_mean")]), std: row([...one, ...std]),
    };
  }) as StoredStatistics;
}
