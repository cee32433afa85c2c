import { bootstrap, type DetectionArrays, type GroundTruth } from "coco-eval-ts";
import { Random } from "../tensor/random";
import type { Estimate } from "./comparison";

/**
 * mAP over images and seeds: each resample draws as many images and as many seeds as there are, with replacement.
 * Resample r of the same seed draws the same images, and of the same number of sets the same seeds: estimates are paired.
 *
 * - **sets** – detections on all images, one set for each seed
 */
export function bootstrapMap(groundTruth: GroundTruth, sets: readonly DetectionArrays[], options: { resamples: number; seed: number }): Estimate {
  const each = sets.map((set) => bootstrap(groundTruth, [set], options));
  const mean = each.reduce((sum, one) => sum + one.mean, 0) / each.length;
  const samples = Array.from(each[0].samples, (_, r) => {
    const random = new Random(options.seed, r);
    return each.reduce((sum) => sum + each[random.integer(0, each.length)].samples[r], 0) / each.length;
  });
  return { mean, samples };
}
