import { cosine } from "../schedule";
import type { ImageMethod } from "./method";
import { normLoss, weighted } from "./moments-losses";
import { optimizeImages } from "./optimize-images";
import { targetLoss } from "./output-losses";
import { imageNorm, priors, totalVariationL2 } from "./priors";
import { randomRoll, randomFlip, views } from "./views";

/**
 * Images of chosen objects whose statistics match, with a prior for smoothness: DeepInversion's objective, which stands
 * for GZNQ's.
 *
 * Loss: target loss + 0.05 x norms of means and variances + 0.002 total variation + 1e-4 ||x||; Adam 0.2, cosine.
 */
export const gznq: ImageMethod = {
  id: "gznq", label: "GZNQ / DeepInversion", source: "He et al., CVPRW 2021, of which no code is public; Yin et al., CVPR 2020 (DeepInversion)",
  deviations: [
    "weights of the terms are dfq-toolkit's: GZNQ's were not published in what was read",
    "random boxes with classes and the detector's own training loss in place of cross-entropy",
  ],
  published: [],
  synthesize: (detector, options) => optimizeImages("gznq", detector, {
    statistics: { loss: weighted(normLoss(), 0.05), pooled: true }, outputs: targetLoss, prior: priors([0.002, totalVariationL2], [1e-4, imageNorm]),
    view: views(randomRoll(Math.round((30 / 224) * options.imageShape[1])), randomFlip), learningRate: 0.2, schedule: cosine,
  }, options),
};
