import * as tf from "@tensorflow/tfjs-node-gpu";
import { anchorBoxes } from "../nn/anchors";
import type { RetinaNetConfig } from "../nn/config";
import type { Predictor } from "../nn/detector";
import type { HeadOutputs } from "../nn/retinanet";
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
  if (images.shape[0] === 0) return emptyDetections();
  const input = fitted(images, predictor.config);
  try {
    return detectionsOf(predictor.outputs(input.batch), input, predictor.config);
  } finally {
    input.batch.dispose();
  }
}

/** Images as the detector takes them, and where they lie in them. */
export interface FittedImages {
  /** [n, h, w, 3], resized and padded if the config says so; the caller disposes it */
  batch: tf.Tensor4D;
  /** [height, width] of the images within the batch */
  shape: readonly [number, number];
  /** [height, width] of the images themselves */
  original: readonly [number, number];
}

/** Images [n, h, w, 3] as the detector takes them; they are left to the caller. */
export function fitted(images: tf.Tensor4D, { image: { resize } }: RetinaNetConfig): FittedImages {
  const original = [images.shape[1], images.shape[2]] as const;
  return { ...(resize ? fitImages(images, resize) : { batch: tf.clone(images), shape: original }), original };
}

/** The detections in the head outputs, which are disposed, in pixels of the original images. */
export function detectionsOf({ classLogits, boxRegression }: HeadOutputs<tf.Tensor4D>, { batch, shape, original }: FittedImages, config: RetinaNetConfig): Detections {
  const [n, height, width] = batch.shape;
  const levelShapes = classLogits.map((level): [number, number] => [level.shape[1], level.shape[2]]);
  const outputs = { classLogits: classLogits.map(take), boxRegression: boxRegression.map(take) };
  const detections = postProcess(outputs, anchorBoxes(config.anchors, [height, width], levelShapes), n, config, shape);
  if (config.image.resize) scaleBoxes(detections.boxes, shape, original);
  return detections;
}

// the numbers of a tensor, which is disposed
function take(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
