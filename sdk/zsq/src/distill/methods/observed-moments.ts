import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import { InferenceLayers } from "../../nn/inference";
import { resnet } from "../../nn/resnet";

/** Means and biased variances of what enters a batch normalization, [n, c] by rows. */
export interface ObservedLayer { name: string; channels: number; mean: Float32Array; variance: Float32Array }

/** The moments of each image's own pixels at each batch normalization, in the order of the layers; images are left to the caller. */
export function observedMoments(detector: Detector, images: tf.Tensor4D): ObservedLayer[] {
  const layers = new ObservingLayers(detector.weights);
  tf.tidy(() => void resnet(layers, detector.config.resnet, images));
  return layers.observed;
}

class ObservingLayers extends InferenceLayers {
  readonly observed: ObservedLayer[] = [];

  override batchNorm(name: string, x: tf.Tensor4D): tf.Tensor4D {
    const { mean, variance } = tf.moments(x, [1, 2]);
    this.observed.push({ name, channels: x.shape[3], mean: mean.dataSync() as Float32Array, variance: variance.dataSync() as Float32Array });
    return super.batchNorm(name, x);
  }
}
