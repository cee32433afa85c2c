import { cosine } from "../schedule";
import type { ImageMethod } from "./method";
import { normLoss, weighted } from "./moments-losses";
import { optimizeImages } from "./optimize-images";
import { scaled, targetLoss } from "./output-losses";
import { priors, totalVariationL2 } from "./priors";

/**
 * dfq-toolkit's recipe for detectors: boxes as targets, to which the detector's own finds are added on the way.
 *
 * Loss: 0.5 x target loss + 0.05 x norms of means and variances, those of the first layer with 5 more, + 0.002 total
 * variation; Adam 0.2, cosine; one random box an image, finds added from 800 / 3000 of the way on.
 */
export const dfqToolkit: ImageMethod = {
  id: "dfq-toolkit", label: "dfq-toolkit (boxes as targets)", source: "Data-free quantization of detectors, ICCV 2025; public code read for its formulas",
  deviations: ["images only: the ranges come from calibration, no fine-tuning", "finds are added ten times at equal distances"],
  published: [],
  synthesize: (detector, options) => optimizeImages("dfq-toolkit", detector, {
    statistics: { loss: weighted(normLoss(1 + 5 / 0.05), 0.05), pooled: true }, outputs: scaled(targetLoss, 0.5), prior: priors([0.002, totalVariationL2]),
    learningRate: 0.2, schedule: cosine, adaptTargetsFrom: 800 / 3000,
  }, options),
};
