import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { fpn } from "../nn/fpn";
import { InferenceLayers } from "../nn/inference";
import { resnet, stageChannels } from "../nn/resnet";
import { weight } from "../nn/weights";

/** What enters a batch normalization, per channel. */
export interface BatchNormInput {
  mean: Float32Array;
  /** unbiased */
  variance: Float32Array;
}

/** Inner tensors of a detector on one image, each as NCHW numbers. */
export interface InnerTensors {
  /** by torchvision's names: the stages that the pyramid is built on, "0", "1", "2" */
  body: Map<string, tf.Tensor4D>;
  /** "0", "1", "2", "p6", "p7" */
  fpn: Map<string, tf.Tensor4D>;
  batchNorms: Map<string, BatchNormInput>;
}

/** The tensors between image x [1, h, w, 3] and heads, [1, h, w, c]; the caller disposes them. */
export function innerTensors({ config, weights }: Detector, x: tf.Tensor4D): InnerTensors {
  const layers = new ListeningLayers(weights);
  const { body, levels } = tf.tidy(() => {
    const features = resnet(layers, config.resnet, x);
    return { body: config.fpn.stages.map((stage) => features[stage]), levels: fpn(layers, config.fpn, features, stageChannels(config.resnet)) };
  });
  const names = levels.map((_, k) => (k < body.length ? String(k) : `p${k + 3}`));
  return { body: new Map(body.map((tensor, k) => [String(k), tensor])), fpn: new Map(levels.map((tensor, k) => [names[k], tensor])), batchNorms: layers.inputs };
}

/** Squared distances between statistics that enter the batch normalizations and those they store, summed over all; std with epsilon 1e-6. */
export function batchNormDistance({ weights }: Detector, inputs: ReadonlyMap<string, BatchNormInput>): { mean: number; std: number } {
  const total = { mean: 0, std: 0 };
  for (const [name, { mean, variance }] of inputs) {
    const [storedMean, storedVariance] = ["running_mean", "running_var"].map((key) => weight(weights, `${name}.${key}`).dataSync());
    mean.forEach((x, c) => {
      total.mean += (x - storedMean[c]) ** 2;
      total.std += (Math.sqrt(variance[c] + 1e-6) - Math.sqrt(storedVariance[c] + 1e-6)) ** 2;
    });
  }
  return total;
}

// notes the statistics of what enters each batch normalization
class ListeningLayers extends InferenceLayers {
  readonly inputs = new Map<string, BatchNormInput>();

  override batchNorm(name: string, x: tf.Tensor4D): tf.Tensor4D {
    const count = x.size / x.shape[3], { mean, variance } = tf.moments(x, [0, 1, 2]);
    const unbiased = variance.mul(count / (count - 1));
    this.inputs.set(name, { mean: mean.dataSync() as Float32Array, variance: unbiased.dataSync() as Float32Array });
    return super.batchNorm(name, x);
  }
}
