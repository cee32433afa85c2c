import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { meanStdLoss } from "./losses";
import { DistillObjective } from "./objective";

/** Both terms of the distillation loss (Eq. 2 of the study), each averaged over layers and images. */
export interface StatisticsDistance {
  mean: number;
  std: number;
}

/**
 * How far the statistics of images [n, h, w, 3], normalized, are from those stored in the batch normalizations, whatever
 * loss made the images. The images are left to the caller; no other tensor survives.
 *
 * - **batchSize** – images that run together; default 16, it bounds memory alone
 */
export function statisticsDistance(detector: Detector, images: tf.Tensor4D, batchSize = 16): StatisticsDistance {
  const count = images.shape[0];
  const sum: StatisticsDistance = { mean: 0, std: 0 };
  const objective = new DistillObjective(detector, { loss: meanStdLoss });
  try {
    for (let first = 0; first < count; first += batchSize) {
      const sums = tf.tidy(() => objective.loss(images.slice([first, 0, 0, 0], [Math.min(batchSize, count - first), -1, -1, -1])).sum([0, 1, 2]));
      const [mean, std] = sums.dataSync(); // [parts]
      sums.dispose();
      sum.mean += mean;
      sum.std += std;
    }
  } finally {
    objective.dispose();
  }
  return { mean: sum.mean / count, std: sum.std / count };
}
