import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import type { ImageConfig } from "../../nn/config";
import { weight } from "../../nn/weights";
import { Random } from "../../tensor/random";
import { constant } from "../schedule";
import type { ImageMethod } from "./method";
import { optimizeImages } from "./optimize-images";
import { differentiated, matchedRows, nothing, type Matched, type OutputLoss, type OutputRows } from "./output-losses";

/** Softens logits before they are compared. */
const TEMPERATURE = 20;

/**
 * How alike the classes are to the detector: cosines between the weights that make their logits, [k][k] in [0, 1] after
 * subtracting the smallest and dividing by the span.
 */
export function classSimilarity(detector: Detector): number[][] {
  const kernel = weight(detector.weights, "head.classification_head.cls_logits.weight"), k = detector.config.classes;
  const cosines = tf.tidy(() => {
    const [h, w, c, outputs] = kernel.shape as [number, number, number, number];
    const columns = kernel.reshape([h * w * c * (outputs / k), k]); // anchor-major outputs: the class is the last factor
    const unit = columns.div(columns.square().sum(0, true).sqrt());
    return tf.matMul(unit as tf.Tensor2D, unit as tf.Tensor2D, true, false).arraySync() as number[][];
  });
  return normalized(cosines);
}

/** A draw from the Dirichlet distribution, by gamma variates (Marsaglia and Tsang 2000). */
export function dirichlet(random: Random, concentration: readonly number[]): number[] {
  const draws = concentration.map((alpha) => gammaVariate(random, alpha)), sum = draws.reduce((a, b) => a + b, 0);
  return draws.map((x) => x / sum);
}

/**
 * Cross-entropy of softmax(logits / 20) at the anchors matched to each image's box, against the image's soft label.
 *
 * - **labels** – [image][class], summing to 1
 */
export const impressionLoss = (labels: readonly (readonly number[])[]): OutputLoss => differentiated((rows, { anchors, targets, first }) => {
  const matched = matchedRows(anchors, targets);
  return matched.rows.length ? impression(rows, matched, labels.slice(first)) : nothing(rows);
});

/** The same for given matches and the soft label of each image. */
export function impression({ logits }: OutputRows, { rows, images }: Matched, labels: readonly (readonly number[])[]): tf.Scalar {
  const classes = logits.shape[2], chosen = tf.gather(logits.reshape([-1, classes]), tf.tensor1d(rows, "int32")).div(TEMPERATURE);
  const wanted = tf.tensor2d(images.map((image) => [...labels[image]]));
  return tf.logSoftmax(chosen).mul(wanted).sum(1).mean().mul(-1) as tf.Scalar;
}

/** Images spread over [0, 1] before normalization: each one's smallest value becomes 0, its largest 1. */
export const rescaled = ({ mean, std }: ImageConfig) => (x: tf.Tensor4D): tf.Tensor4D => {
  const pixels = x.mul(tf.tensor1d([...std])).add(tf.tensor1d([...mean]));
  const [low, high] = [pixels.min([1, 2, 3], true), pixels.max([1, 2, 3], true)];
  return pixels.sub(low).div(high.sub(low).add(1e-12)).sub(tf.tensor1d([...mean])).div(tf.tensor1d([...std])) as tf.Tensor4D;
};

/**
 * Data impressions: images to which the detector gives soft labels drawn by how alike it thinks the classes are. It reads
 * no batch normalization: the only method here that also works where there is none.
 *
 * Soft label ~ Dirichlet(beta x similarity of a class + 1e-4), beta 1 or 0.1 in turns.
 */
export const zskd: ImageMethod = {
  id: "zskd", label: "data impressions (ZSKD)", source: "Nayak et al., ICML 2019; public code read",
  deviations: [
    "soft labels are asked for at the anchors of a random box, on logits that the detector trained for a sigmoid",
    "Adam 0.05 instead of 0.001, for a few hundred iterations instead of 1500, from N(0, 1) instead of U(0, 1)",
    "images serve calibration; the published use is to train a smaller network",
  ],
  published: [{ figure: "69.56", task: "CIFAR-10, AlexNet-half, full precision student; from memory of the paper, not checked" }],
  synthesize(detector, options) {
    const similarity = classSimilarity(detector), random = new Random(options.seed, 8_000_000);
    const labels = Array.from({ length: options.images }, (_, image) => {
      const row = similarity[image % similarity.length], [low, high] = [Math.min(...row), Math.max(...row)], beta = image % 2 ? 0.1 : 1;
      return dirichlet(random, row.map((x) => beta * ((x - low) / (high - low || 1)) + 1e-4));
    });
    return optimizeImages("zskd", detector, { outputs: impressionLoss(labels), after: rescaled(detector.config.image), learningRate: 0.05, schedule: constant }, options);
  },
};

function normalized(matrix: readonly (readonly number[])[]): number[][] {
  const all = matrix.flat(), [low, high] = [Math.min(...all), Math.max(...all)];
  return matrix.map((row) => row.map((x) => (x - low) / (high - low || 1)));
}

function gammaVariate(random: Random, alpha: number): number {
  if (alpha < 1) return Math.max(Number.MIN_VALUE, gammaVariate(random, alpha + 1) * random.uniform() ** (1 / alpha));
  const d = alpha - 1 / 3, c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal(), v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
