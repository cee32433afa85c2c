import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import { normals } from "../../tensor/random";
import { plateau } from "../schedule";
import { layerValues, storedStatistics } from "../statistics";
import type { MomentsLoss } from "./batch-moments";
import type { ImageMethod } from "./method";
import { observedMoments } from "./observed-moments";
import { optimizeImages } from "./optimize-images";
import { scaled, targetLoss } from "./output-losses";
import { imageNorm, priors, totalVariationL2, type ImagePrior } from "./priors";
import { randomRoll } from "./views";

/** How far statistics may be from the stored ones at no cost: a margin for the means and one for the deviations of each layer. */
export interface Slack { mean: readonly number[]; std: readonly number[] }

/**
 * r = max(|mean~ - mean| - m, 0) and the same for deviations with n; the loss is sum r^2 / images. Image k pays double r
 * in layer k modulo 20 (k below 20), so that images differ in what they are made for.
 *
 * Source: DSG's slack distribution alignment and layerwise sample enhancement.
 */
export const slackLoss = (slack: Slack): MomentsLoss => (seen, stored, layers) => {
  const images = seen.mean.shape[0];
  const emphasis = tf.concat(Array.from({ length: images }, (_, image) => layerValues(layers, (__, layer) => (image < 20 && layer === image % 20 ? 2 : 1))), 0);
  const margin = (own: readonly number[]): tf.Tensor4D => layerValues(layers, (_, k) => own[k]);
  const root = (x: tf.Tensor): tf.Tensor => x.add(1e-6).sqrt();
  const beyond = (a: tf.Tensor, b: tf.Tensor, own: readonly number[]): tf.Tensor => tf.relu(a.sub(b).abs().sub(margin(own))).mul(emphasis).square().sum();
  return beyond(seen.mean, stored.mean, slack.mean).add(beyond(root(seen.variance), root(stored.variance), slack.std)).div(images);
};

/**
 * The quantile of the gaps, over images and channels of a layer, that Gaussian noise leaves to the stored statistics.
 *
 * - **quantile** – in [0, 1]
 */
export function noiseSlack(detector: Detector, imageShape: readonly [number, number], seed: number, { quantile = 0.9, images = 4 } = {}): Slack {
  const { layers, mean, std } = storedStatistics(detector, { epsilon: 1e-6 }), [storedMean, storedStd] = [mean.dataSync(), std.dataSync()];
  const noise = tf.tensor4d(normals(seed, 5_000_000, images * imageShape[0] * imageShape[1] * 3), [images, ...imageShape, 3]);
  const observed = observedMoments(detector, noise);
  tf.dispose([noise, mean, std]);
  let at = 0;
  const slack = layers.map(({ channels }, k) => {
    const from = at;
    at += channels;
    const gaps = (values: Float32Array, stored: ArrayLike<number>, f: (x: number) => number): number => quantileOf(Float32Array.from(values, (x, i) => Math.abs(f(x) - stored[from + (i % channels)])), quantile);
    return [gaps(observed[k].mean, storedMean, (x) => x), gaps(observed[k].variance, storedStd, (x) => Math.sqrt(x + 1e-6))];
  });
  return { mean: slack.map(([m]) => m), std: slack.map(([, n]) => n) };
}

// the smallest value that at least so large a share does not exceed
const quantileOf = (values: Float32Array, share: number): number => values.sort()[Math.max(0, Math.ceil(share * values.length) - 1)];

/**
 * Mean squared difference between the correlations of images [n, ...] (of their pixels as unit vectors) and those of
 * other images of that shape. Differentiable in both.
 */
export function correlationDistance(x: tf.Tensor, other: tf.Tensor): tf.Scalar {
  const gram = (images: tf.Tensor): tf.Tensor => {
    const y = images.reshape([images.shape[0], -1]), unit = y.div(y.square().sum(1, true).add(1e-12).sqrt());
    return tf.matMul(unit, unit, false, true);
  };
  return gram(x).sub(gram(other)).square().mean() as tf.Scalar;
}

/** Keeps the images of a batch from becoming alike: correlationDistance from as many images of noise. */
export const correlationPrior = (seed: number): ImagePrior => (x) => correlationDistance(x, tf.tensor2d(normals(seed, 6_000_000, x.size), [x.shape[0], x.size / x.shape[0]]));

/**
 * DSG: statistics need only come within a margin of the stored ones, each image is made for one layer above all, images
 * are kept apart.
 *
 * Loss: slackLoss + correlation / layers + 2 x target loss + 0.01 total variation + 0.01 ||x||; Adam 0.9, plateau of patience 260.
 */
export const dsg: ImageMethod = {
  id: "dsg", label: "DSG", source: "Qin et al., TPAMI 2023 (Zhang et al., CVPR 2021); public code read",
  deviations: [
    "random boxes with classes and the detector's own training loss in place of cross-entropy with random labels",
    "images are moved by 30 / 224 of their width at most, as the 30 pixels of 224 that were published",
    "correlations of images are compared as matrices, not by their eigenvalues and eigenvectors",
    "margins: quantile 0.9 of the gaps under Gaussian noise, measured here; the published files of margins are not public",
  ],
  published: [{ figure: "77.72 (W8A8), 56.12 (W4A4)", task: "ImageNet, ResNet-50, top-1, no fine-tuning" }],
  synthesize(detector, options) {
    const slack = noiseSlack(detector, options.imageShape, options.seed), layers = slack.mean.length;
    return optimizeImages("dsg", detector, {
      statistics: { loss: slackLoss(slack), pooled: false }, outputs: scaled(targetLoss, 2),
      prior: priors([1 / layers, correlationPrior(options.seed)], [0.01, totalVariationL2], [0.01, imageNorm]),
      view: randomRoll(Math.round((30 / 224) * options.imageShape[1])), learningRate: 0.9, schedule: plateau({ patience: 260 }),
    }, options);
  },
};
