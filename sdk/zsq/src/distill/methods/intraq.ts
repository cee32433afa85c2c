import * as tf from "@tensorflow/tfjs-node-gpu";
import { Random } from "../../tensor/random";
import { plateau } from "../schedule";
import type { ImageMethod } from "./method";
import { meanVarianceLoss } from "./moments-losses";
import { optimizeImages } from "./optimize-images";
import { differentiated, matchedRows, nothing, targetProbabilities, type Matched, type OutputLoss, type OutputRows } from "./output-losses";
import { randomFlip, randomResizedCrop, views } from "./views";

/**
 * The mean over images of (p - t)^2, p the mean probability of the target's class at the anchors matched to it; t is 1,
 * or with probability one half uniform in [lowest, 1]: images of a class lie at different depths in it.
 *
 * Source: IntraQ's soft inception loss.
 */
export const softInceptionLoss = (seed: number, lowest: number): OutputLoss => differentiated((rows, { anchors, targets, first }) => {
  const matched = matchedRows(anchors, targets);
  return matched.rows.length ? softInception(rows, matched, targets.map((_, image) => depthOf(seed, first + image, lowest))) : nothing(rows);
});

/** The same for given matches and one wanted probability for each image. */
export const softInception = (rows: OutputRows, matched: Matched, wanted: readonly number[]): tf.Scalar =>
  perImage(targetProbabilities(rows, matched), matched.images, wanted.length).sub(tf.tensor1d([...wanted])).square().mean() as tf.Scalar;

/** Means of values by image, [n]; 0 for an image that has none. */
export function perImage(values: tf.Tensor1D, images: readonly number[], count: number): tf.Tensor1D {
  const share = new Float32Array(count * images.length), totals = images.reduce((sums, image) => ((sums[image] += 1), sums), new Float64Array(count));
  images.forEach((image, k) => (share[image * images.length + k] = 1 / totals[image]));
  return tf.matMul(tf.tensor2d(share, [count, images.length]), values.expandDims(1)).squeeze([1]);
}

function depthOf(seed: number, image: number, lowest: number): number {
  const random = new Random(seed, 7_000_000 + image);
  return random.uniform() < 0.5 ? random.uniform(lowest, 1) : 1;
}

/** Crops of half to all of the area with probability one half, then mirrored: IntraQ's local object reinforcement, HAST's augmentation. */
export const reinforcement = views(randomResizedCrop(0.5), randomFlip);

/**
 * IntraQ: images that differ within a class, by crops, by how strongly they show it, and by distance from one another.
 *
 * Loss: MSE of means and of variances over layers + soft inception; Adam 0.5, plateau of patience 50.
 */
export const intraq: ImageMethod = {
  id: "intraq", label: "IntraQ", source: "Zhong et al., CVPR 2022; public code read",
  deviations: [
    "the class is that of a box: its probability is the mean over the anchors matched to it",
    "the hinge on distances from class means is off, as published for ImageNet",
    "images only: the ranges come from calibration, no fine-tuning",
  ],
  published: [{ figure: "66.47 (W4A4), 69.94 (W5A5)", task: "ImageNet, ResNet-18, top-1, fine-tuned" }],
  synthesize: (detector, options) => optimizeImages("intraq", detector, {
    statistics: { loss: meanVarianceLoss, pooled: true }, outputs: softInceptionLoss(options.seed, 0.6), view: reinforcement,
    learningRate: 0.5, schedule: plateau({ patience: 50, smallest: 1e-4 / 0.5 }),
  }, options),
};
