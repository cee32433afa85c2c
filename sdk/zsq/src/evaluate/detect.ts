import type * as tf from "@tensorflow/tfjs-node-gpu";
import { anchorBoxes } from "../nn/anchors";
import type { Predictor } from "../nn/detector";
import { emptyDetections, type Detections } from "./detections";
import { postProcess } from "./post-process";

/**
 * Runs a detector, full precision or quantized, and returns its detections (thresholds: `predictor.config.detection`).
 *
 * - **images** – normalized, [n, h, w, 3] (see normalizeImages); the caller disposes them
 *
 * No tensor survives but the images. Throws if an output is not a finite number.
 */
export function detect(predictor: Predictor, images: tf.Tensor4D): Detections {
  const [n, height, width] = images.shape;
  if (n === 0) return emptyDetections();
  const { classLogits, boxRegression } = predictor.outputs(images);
  const levelShapes = classLogits.map((level): [number, number] => [level.shape[1], level.shape[2]]);
  const outputs = { classLogits: classLogits.map(take), boxRegression: boxRegression.map(take) };
  const anchors = anchorBoxes(predictor.config.anchors, [height, width], levelShapes);
  return postProcess(outputs, anchors, n, predictor.config, [height, width]);
}

// the numbers of a tensor, which is disposed
function take(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
