import * as tf from "@tensorflow/tfjs-node-gpu";
import { plateau } from "../schedule";
import type { ImageMethod } from "./method";
import { meanStdLoss } from "./moments-losses";
import { optimizeImages } from "./optimize-images";
import { differentiated, scaled, type OutputLoss } from "./output-losses";
import { randomFlip, smoothedWindow, views } from "./views";

/** Minus the mean over images of the largest minus the smallest output, classes and boxes each: images that stir the detector. */
export const outputRangeLoss: OutputLoss = differentiated(({ logits, regression }) => outputRange(logits).add(outputRange(regression)));

/** Minus the mean over images of the span of x [n, anchors, columns]. */
export const outputRange = (x: tf.Tensor3D): tf.Scalar => x.min([1, 2]).sub(x.max([1, 2])).mean() as tf.Scalar;

/** Pixels cut to what a normalized image of 8 bits can hold, each channel to its own interval. */
export const validPixels = ({ mean, std }: { mean: readonly number[]; std: readonly number[] }) => (x: tf.Tensor4D): tf.Tensor4D => {
  const [low, high] = [mean.map((m, c) => -m / std[c]), mean.map((m, c) => (1 - m) / std[c])];
  return tf.minimum(tf.maximum(x, tf.tensor1d(low)), tf.tensor1d(high));
};

/**
 * The data generation of Sony's Model Compression Toolkit: statistics over all images together, smoothed random windows
 * of larger images, pixels kept valid.
 *
 * Loss: mean over layers of squared distances of means and deviations per channel + 1e-5 x outputRangeLoss; RAdam 16.
 */
export const mct: ImageMethod = {
  id: "mct", label: "MCT data generation", source: "Sony Model Compression Toolkit (mct.data_generation, experimental); public code read",
  deviations: ["the plateau does not reset", "statistics are taken over the images that run together, which are all of them where they are no more than the batch"],
  published: [{ figure: "35.12 (full precision 37.26, real images 36.23, noise 27.45)", task: "COCO, YOLOv8-n, W8A8, mAP" }],
  synthesize: (detector, options) => optimizeImages("mct", detector, {
    statistics: { loss: meanStdLoss, pooled: true }, outputs: scaled(outputRangeLoss, 1e-5), view: views(smoothedWindow(32), randomFlip), margin: 32,
    after: validPixels(detector.config.image), optimizer: "radam", learningRate: 16, schedule: plateau({ factor: 0.5, patience: 20 }),
  }, options),
};
