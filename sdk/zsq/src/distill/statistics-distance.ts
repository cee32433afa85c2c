import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { resnet } from "../nn/resnet";
import { Tape } from "../nn/tape";
import { meanLoss, stdLoss } from "./losses";
import { imageStatistics, storedStatistics } from "./statistics";

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
  for (let first = 0; first < count; first += batchSize) {
    const { mean, std } = batchDistance(detector, images, first, Math.min(batchSize, count - first));
    sum.mean += mean;
    sum.std += std;
  }
  return { mean: sum.mean / count, std: sum.std / count };
}

// sums over the images of a batch
function batchDistance(detector: Detector, images: tf.Tensor4D, first: number, count: number): StatisticsDistance {
  const [mean, std] = tf.tidy(() => {
    const stored = storedStatistics(detector.weights, detector.architecture.ofKind("batchNorm").map(({ name }) => name));
    const terms: { mean: tf.Tensor[]; std: tf.Tensor[] } = { mean: [], std: [] };
    const tape = new Tape(detector.weights, {
      mode: "input",
      onBatchNormInput: (name, x) => {
        const statistics = imageStatistics(x, true);
        terms.mean.push(meanLoss.term(statistics, stored.get(name)!, stored.size).value);
        terms.std.push(stdLoss.term(statistics, stored.get(name)!, stored.size).value);
        return { a: null, b: statistics.mean }; // never used: nothing walks back
      },
    });
    resnet(tape, detector.config.resnet, tape.input(images.slice([first, 0, 0, 0], [count, -1, -1, -1])));
    return [tf.addN(terms.mean).sum(), tf.addN(terms.std).sum()];
  });
  const distance = { mean: mean.dataSync()[0], std: std.dataSync()[0] };
  tf.dispose([mean, std]);
  return distance;
}
