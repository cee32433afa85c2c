import { Random } from "../../tensor/random";
import type { ImageMethod } from "./method";
import { meanVarianceLoss, weighted } from "./moments-losses";
import { targetLoss } from "./output-losses";
import { plainWish, trainGenerator, type Wish } from "./train-generator";
import type { Detector } from "../../nn/detector";

/** GDFQ's loss on what its generator makes. */
export const GDFQ_LOSS = { statistics: { loss: weighted(meanVarianceLoss, 0.1), pooled: true }, outputs: targetLoss } as const;

/** How generators of classifiers' images differ here. */
export const GDFQ_DEVIATIONS = [
  "random boxes with classes and the detector's own training loss in place of cross-entropy; class and box are the generator's condition",
  "a generator of 24 channels and 64 latent values, batches of 8, a few hundred steps at most; its Adam has beta 0.9",
];

/**
 * GDFQ: a generator that knows what to show, trained to please the detector and to match its statistics. Its fine-tuning
 * is in quantize/methods.
 *
 * Loss: target loss + 0.1 x MSE of means and of variances over layers; Adam 1e-3.
 */
export const gdfqImages: ImageMethod = {
  id: "gdfq", label: "GDFQ, generator", source: "Xu et al., ECCV 2020; public code read",
  deviations: GDFQ_DEVIATIONS,
  published: [{ figure: "60.60 (full precision 71.47)", task: "ImageNet, ResNet-18, W4A4, top-1, fine-tuned" }],
  synthesize: (detector, options) => trainGenerator("gdfq", detector, GDFQ_LOSS, options),
};

/**
 * A wish for something between classes: with probability 0.4 the condition is a mixture of all classes but the
 * background, with weights softmax(N(0, 1)); the target's class is the heaviest. Source: Qimera's superposed embeddings.
 */
export function superposedWish(detector: Detector, imageShape: readonly [number, number], seed: number, image: number): Wish {
  const plain = plainWish(detector, imageShape, seed, image), random = new Random(seed, 11_000_000 + image);
  if (random.uniform() >= 0.4) return plain;
  const { classes } = detector.config, first = Math.min(1, classes - 1), weights = softmaxWeights(random, classes - first), mixed = new Float32Array(classes);
  mixed.set(weights, first);
  return { targets: { ...plain.targets, labels: Int32Array.of(first + weights.indexOf(Math.max(...weights))) }, condition: { ...plain.condition, classes: mixed } };
}

/** Qimera: GDFQ with images between classes, where the quantized decision is hardest. */
export const qimeraImages: ImageMethod = {
  id: "qimera", label: "Qimera, generator", source: "Choi et al., NeurIPS 2021; public code read",
  deviations: [...GDFQ_DEVIATIONS, "embeddings are learned, not the weights of the last layer; the mixture's target is its heaviest class, for the detector's loss takes no soft labels"],
  published: [{ figure: "63.84 (W4A4), 69.29 (W5A5)", task: "ImageNet, ResNet-18, top-1, fine-tuned" }],
  synthesize: (detector, options) => trainGenerator("qimera", detector, { ...GDFQ_LOSS, wish: superposedWish }, options),
};

function softmaxWeights(random: Random, count: number): number[] {
  const draws = Array.from({ length: count }, () => Math.exp(random.normal())), sum = draws.reduce((a, b) => a + b, 0);
  return draws.map((x) => x / sum);
}
