import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture } from "./architecture";
import type { RetinaNetConfig } from "./config";
import { InferenceLayers } from "./inference";
import { retinaNet, type HeadOutputs } from "./retinanet";
import type { Weights } from "./weights";

/** What can be evaluated: a detector, full precision or quantized. */
export interface Predictor {
  readonly config: RetinaNetConfig;
  /** Head outputs for normalized images [n, h, w, 3]; the caller disposes them. */
  outputs(images: tf.Tensor4D): HeadOutputs<tf.Tensor4D>;
}

/** A Predictor that computes elsewhere, such as in ONNX Runtime. */
export interface AsyncPredictor {
  readonly config: RetinaNetConfig;
  outputs(images: tf.Tensor4D): Promise<HeadOutputs<tf.Tensor4D>>;
}

/** A RetinaNet with its weights, which it owns: dispose() frees them. */
export class Detector implements Predictor {
  readonly architecture: Architecture;

  /** Throws if a weight is missing, has another shape, or is not one of this architecture. */
  constructor(readonly config: RetinaNetConfig, readonly weights: Weights) {
    this.architecture = new Architecture(config);
    const expected = new Map([...this.architecture.parameters, ...this.architecture.buffers]);
    for (const [name, shape] of expected) {
      const tensor = weights.get(name);
      if (!tensor) throw new Error(`Detector: missing weight: ${name}; expected shape [${shape}]`);
      if (tensor.shape.join() !== shape.join()) throw new Error(`Detector: invalid shape of ${name}: [${tensor.shape}]; expected [${shape}]`);
    }
    for (const name of weights.keys()) if (!expected.has(name)) throw new Error(`Detector: unknown weight: ${name}; expected only the ${expected.size} names of the architecture`);
  }

  outputs(images: tf.Tensor4D): HeadOutputs<tf.Tensor4D> {
    return runNetwork(new InferenceLayers(this.weights), this.config, images);
  }

  dispose(): void {
    for (const tensor of this.weights.values()) tensor.dispose();
  }
}

/** Runs the whole network on computing layers; only the outputs survive. */
export function runNetwork(layers: InferenceLayers, config: RetinaNetConfig, images: tf.Tensor4D): HeadOutputs<tf.Tensor4D> {
  if (images.rank !== 4 || images.shape[3] !== 3) throw new Error(`outputs: invalid image shape: [${images.shape}]; expected [n, height, width, 3]`);
  return tf.tidy(() => retinaNet(layers, config, images) as HeadOutputs<tf.Tensor4D> & tf.TensorContainerObject);
}
