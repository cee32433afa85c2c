import * as tf from "@tensorflow/tfjs-node-gpu";
import { layerValues, type LayerChannels } from "../statistics";
import type { MomentsLoss } from "./batch-moments";

const EPSILON = 1e-5;

/** A differentiable loss with a factor. */
export const weighted = (loss: MomentsLoss, factor: number): MomentsLoss => (...args) => loss(...args).mul(factor);

/**
 * (1/L) sum over layers of MSE(mean) + MSE(variance), each MSE over the layer's channels; one row of statistics for each
 * group, averaged. Source: GDFQ, IntraQ and HAST (batch statistics, biased variance, no root).
 */
export const meanVarianceLoss: MomentsLoss = (seen, stored, layers) => {
  const share = perChannel(layers, ({ channels }) => 1 / (layers.length * channels));
  const distance = seen.mean.sub(stored.mean).square().add(seen.variance.sub(stored.variance).square());
  return distance.mul(share).sum(3).mean();
};

/**
 * (1/L) sum over layers of (||mean~ - mean||^2 + ||std~ - std||^2) / C. Source: Sony's Model Compression Toolkit, average
 * layer weights; the deviation is the root of variance + 1e-5.
 */
export const meanStdLoss: MomentsLoss = (seen, stored, layers) => {
  const share = perChannel(layers, ({ channels }) => 1 / (layers.length * channels));
  const root = (variance: tf.Tensor): tf.Tensor => variance.add(EPSILON).sqrt();
  const distance = seen.mean.sub(stored.mean).square().add(root(seen.variance).sub(root(stored.variance)).square());
  return distance.mul(share).sum(3).mean();
};

/**
 * Sum over layers of ||mean~ - mean||_2 + ||variance~ - variance||_2 (norms, not squares), the first layer counted
 * `first` times. Source: DeepInversion; dfq-toolkit, whose first layer has a factor of its own.
 */
export const normLoss = (first = 1): MomentsLoss => (seen, stored, layers) => {
  const factors = layers.map((_, k) => (k === 0 ? first : 1));
  const norms = [seen.mean.sub(stored.mean), seen.variance.sub(stored.variance)].map((difference) => {
    // [g, layers]
    const squares = tf.concat(tf.split(difference.square() as tf.Tensor4D, layers.map(({ channels }) => channels), 3).map((part) => part.sum([1, 2, 3]).expandDims(1)), 1);
    return squares.add(1e-12).sqrt().mul(tf.tensor2d(factors, [1, factors.length])).sum(1).mean();
  });
  return norms[0].add(norms[1]);
};

const perChannel = (layers: readonly LayerChannels[], value: (layer: LayerChannels) => number): tf.Tensor4D => layerValues(layers, value);
