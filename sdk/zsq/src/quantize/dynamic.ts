import * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../nn/config";
import { runNetwork, type Predictor } from "../nn/detector";
import { Graph } from "../nn/graph";
import type { HeadOutputs } from "../nn/retinanet";
import type { Weights } from "../nn/weights";
import { integerRange, MIN_SCALE } from "./affine";
import type { Calibrated } from "./calibrate";
import { quantizeKernels } from "./choose";
import { HookedLayers } from "./hooked-layers";
import { checkScheme, layerScheme, precisionName, type Scheme } from "./scheme";

/** A detector with quantized kernels, whose tensors take their ranges from each image as it runs. dispose() frees the kernels. */
export class DynamicDetector implements Predictor {
  /** such as "W8A8" */
  readonly precision: string;

  constructor(readonly config: RetinaNetConfig, readonly scheme: Scheme, readonly weights: Weights, private readonly owned: readonly tf.Tensor[]) {
    this.precision = precisionName(scheme);
  }

  outputs(images: tf.Tensor4D): HeadOutputs<tf.Tensor4D> {
    const input = (layer: string, x: tf.Tensor4D): tf.Tensor4D | undefined => {
      const { bits, symmetric } = layerScheme(this.scheme, layer).activations;
      return bits === 32 ? undefined : fakeQuantizeByImage(x, bits, symmetric);
    };
    return runNetwork(new HookedLayers(this.weights, { input }), this.config, images);
  }

  dispose(): void {
    tf.dispose([...this.owned]);
  }
}

/**
 * The detector with dynamic quantization: kernels as by quantizeDetector, what enters each convolution over its minimum
 * and maximum in that very image. Nothing is calibrated; every image costs two more passes over each tensor.
 *
 * Throws if the scheme is invalid, folds batch norms, or quantizes other tensors than inputs.
 */
export function quantizeDynamically({ config, weights }: Calibrated, scheme: Scheme): DynamicDetector {
  checkScheme("quantizeDynamically", scheme);
  if (scheme.foldBatchNorm || scheme.activations.tensors.join() !== "inputs") throw new Error("quantizeDynamically: unsupported scheme: folded batch norms or outputs quantized; expected inputs alone");
  const { kernels } = quantizeKernels(weights, new Graph(config), scheme);
  return new DynamicDetector(config, scheme, new Map([...weights, ...kernels]), [...kernels.values()]);
}

/**
 * x [n, h, w, c] rounded to the 2^bits levels between minimum and maximum of each image, widened to contain 0, in single
 * precision, halves to even. Symmetric: between minus and plus the largest magnitude. The caller disposes the result.
 */
export function fakeQuantizeByImage(x: tf.Tensor4D, bits: number, symmetric = false): tf.Tensor4D {
  const [lowest, highest] = integerRange(bits);
  return tf.tidy(() => {
    const axes = [1, 2, 3], [min, max] = [tf.minimum(x.min(axes, true), 0), tf.maximum(x.max(axes, true), 0)];
    const span = symmetric ? tf.maximum(max, min.neg()).div(highest) : max.sub(min).div(highest - lowest);
    const scale = tf.maximum(span, MIN_SCALE), zero = symmetric ? tf.zerosLike(scale) : tf.scalar(lowest).sub(tf.round(min.div(scale)));
    return tf.clipByValue(tf.round(x.div(scale)).add(zero), lowest, highest).sub(zero).mul(scale) as tf.Tensor4D;
  });
}
