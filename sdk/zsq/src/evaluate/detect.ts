import type * as tf from "@tensorflow/tfjs-node-gpu";
import { anchorBoxes } from "../nn/anchors";
import type { Predictor } from "../nn/detector";
import { emptyDetections, type Detections } from "./detections";
import { postProcess } from "./post-process";
import { fitImages, scaleBoxes } from "./transform";

/**
 * Runs a detector, full precision or quantized, and returns its detections (thresholds: `predictor.config.detection`).
 * Where the config says `image.resize`, images are resized and padded first, and boxes brought back.
 *
 * - **images** – normalized, [n, h, w, 3] (see normalizeImages); the caller disposes them
 *
 * No tensor survives but the images. Throws if an output is not a finite number.
 */
export function detect(predictor: Predictor, images: tf.Tensor4D): Detections {
  const [n, height, width] = images.shape;
  if (n === 0) return emptyDetections();
  const { anchors, image: { resize } } = predictor.config;
  const fitted = resize ? fitImages(images, resize) : { batch: images, shape: [height, width] as const };
  const { classLogits, boxRegression } = predictor.outputs(fitted.batch);
  const [, batchHeight, batchWidth] = fitted.batch.shape;
  if (resize) fitted.batch.dispose();
  const levelShapes = classLogits.map((level): [number, number] => [level.shape[1], level.shape[2]]);
  const outputs = { classLogits: classLogits.map(take), boxRegression: boxRegression.map(take) };
  const detections = postProcess(outputs, anchorBoxes(anchors, [batchHeight, batchWidth], levelShapes), n, predictor.config, fitted.shape);
  if (resize) scaleBoxes(detections.boxes, fitted.shape, [height, width]);
  return detections;
}

// the numbers of a tensor, which is disposed
function take(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
