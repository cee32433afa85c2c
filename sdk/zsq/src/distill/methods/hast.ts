import type * as tf from "@tensorflow/tfjs-node-gpu";
import { plateau } from "../schedule";
import { perImage, reinforcement } from "./intraq";
import type { ImageMethod } from "./method";
import { meanVarianceLoss } from "./moments-losses";
import { optimizeImages } from "./optimize-images";
import { differentiated, matchedRows, nothing, scaled, targetProbabilities, type Matched, type OutputLoss, type OutputRows } from "./output-losses";

/**
 * The mean over images of (1 - p)^gamma times -log p, p the probability of the target's class at the anchors matched to
 * it: easy images count little.
 *
 * Source: HAST's hard-sample-enhanced inception loss.
 */
export const hardSampleLoss = (gamma: number): OutputLoss => differentiated((rows, { anchors, targets }) => {
  const matched = matchedRows(anchors, targets);
  return matched.rows.length ? hardSample(rows, matched, targets.length, gamma) : nothing(rows);
});

/** The same for given matches of so many images. */
export function hardSample(rows: OutputRows, matched: Matched, images: number, gamma: number): tf.Scalar {
  const p = targetProbabilities(rows, matched).clipByValue(1e-7, 1 - 1e-7);
  return perImage(p.mul(-1).add(1).pow(gamma).mul(p.log()).mul(-1) as tf.Tensor1D, matched.images, images).mean() as tf.Scalar;
}

/**
 * HAST's images: hard to classify. Its fine-tuning is in quantize/methods.
 *
 * Loss: MSE of means and of variances over layers + 0.1 x hardSampleLoss(0.5), the weights published for ImageNet; Adam 0.5.
 */
export const hastImages: ImageMethod = {
  id: "hast", label: "HAST", source: "Li et al., CVPR 2023; public code read",
  deviations: ["the class is that of a box: its probability is that at the anchors matched to it"],
  published: [{ figure: "66.91 (W4A4)", task: "ImageNet, ResNet-18, top-1, fine-tuned; from another paper's table" }],
  synthesize: (detector, options) => optimizeImages("hast", detector, {
    statistics: { loss: meanVarianceLoss, pooled: true }, outputs: scaled(hardSampleLoss(0.5), 0.1), view: reinforcement,
    learningRate: 0.5, schedule: plateau({ patience: 50, smallest: 1e-4 / 0.5 }),
  }, options),
};
