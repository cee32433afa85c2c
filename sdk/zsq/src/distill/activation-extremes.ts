import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { InferenceLayers } from "../nn/inference";
import type { Convolution } from "../nn/layers";
import { resnet } from "../nn/resnet";

/** Smallest and largest value that enters each convolution of the ResNet for each image; [layers, n] each, in the order of the layers. */
export function activationExtremes(detector: Detector, images: tf.Tensor4D): { low: Float32Array; high: Float32Array } {
  const layers = new ExtremesLayers(detector.weights);
  tf.tidy(() => void resnet(layers, detector.config.resnet, images));
  const [low, high] = [layers.low, layers.high].map((parts) => {
    const all = tf.concat1d(parts);
    const values = all.dataSync() as Float32Array;
    tf.dispose([all, ...parts]);
    return values;
  });
  return { low, high };
}

class ExtremesLayers extends InferenceLayers {
  readonly low: tf.Tensor1D[] = [];
  readonly high: tf.Tensor1D[] = [];

  override conv(name: string, x: tf.Tensor4D, geometry: Convolution): tf.Tensor4D {
    this.low.push(tf.keep(x.min([1, 2, 3])));
    this.high.push(tf.keep(x.max([1, 2, 3])));
    return super.conv(name, x, geometry);
  }
}
