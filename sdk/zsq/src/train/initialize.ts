import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture } from "../nn/architecture";
import type { RetinaNetConfig } from "../nn/config";
import { Detector } from "../nn/detector";
import { Random } from "../tensor/random";

/** A score of 0.01 before anything is learned, so that the mass of background does not swamp the first steps. */
const PRIOR_LOGIT = -Math.log(99);

/**
 * A detector with random weights: convolutions from N(0, 2 / fan-out), outputs of the heads from N(0, 0.01^2) with a
 * prior score of 0.01, normalizations as identity.
 *
 * Source: He et al. 2015; Lin et al. 2017 (prior).
 */
export function initializeDetector(config: RetinaNetConfig, seed: number): Detector {
  const { parameters, buffers } = new Architecture(config);
  const tensors = [...parameters, ...buffers].map(([name, shape], k): [string, tf.Tensor] => [name, tf.tensor(initialValues(name, shape, seed, k), shape)]);
  return new Detector(config, new Map(tensors));
}

/**
 * The same detector with new head outputs for classification: the start of fine-tuning on other classes. The caller disposes it.
 *
 * - **classes** – columns of the new output; default as many as before
 */
export function withNewClassifier(detector: Detector, seed: number, classes = detector.config.classes): Detector {
  const config = { ...detector.config, classes }, shapes = new Architecture(config).parameters;
  const weights = [...detector.weights].map(([name, tensor], k): [string, tf.Tensor] => {
    if (!name.includes("cls_logits")) return [name, tf.clone(tensor)];
    const shape = shapes.get(name)!;
    return [name, tf.tensor(initialValues(name, shape, seed, k), shape)];
  });
  return new Detector(config, new Map(weights));
}

function initialValues(name: string, shape: number[], seed: number, stream: number): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(size);
  if (shape.length === 4) {
    const std = /cls_logits|bbox_reg/.test(name) ? 0.01 : Math.sqrt(2 / (shape[0] * shape[1] * shape[3]));
    const random = new Random(seed, stream);
    return values.map(() => std * random.normal());
  }
  if (name.endsWith("cls_logits.bias")) return values.fill(PRIOR_LOGIT);
  const isScale = name.endsWith("running_var") || (name.endsWith(".weight") && shape.length === 1);
  return values.fill(isScale ? 1 : 0);
}
