import type * as tf from "@tensorflow/tfjs-node-gpu";
import { InferenceLayers } from "../nn/inference";
import type { Convolution } from "../nn/layers";
import type { Weights } from "../nn/weights";

/** What happens to values on their way; undefined leaves one as it is, a tensor takes its place and is disposed after use. */
export interface LayerHooks {
  /** batch normalizations are part of the convolutions, which have the biases that are among the weights; defaults to false */
  readonly folded?: boolean;
  /** what enters a convolution, x [n, h, w, c], by the convolution's name; once for each use */
  readonly input?: (conv: string, x: tf.Tensor4D) => tf.Tensor4D | undefined;
  /** each value as it is made, by its index in the Graph */
  readonly value?: (index: number, y: tf.Tensor4D) => tf.Tensor4D | undefined;
}

/** Computes the layers and shows, or replaces, values on their way: what calibrates and what fake-quantizes. Serves one run. */
export class HookedLayers extends InferenceLayers {
  private index = 1; // 0 is the image

  constructor(weights: Weights, private readonly hooks: LayerHooks) {
    super(weights);
  }

  override conv(name: string, x: tf.Tensor4D, geometry: Convolution): tf.Tensor4D {
    const replaced = this.hooks.input?.(name, x);
    const y = super.conv(name, replaced ?? x, this.hooks.folded ? { ...geometry, bias: this.weights.has(`${name}.bias`) } : geometry);
    replaced?.dispose();
    return this.made(y);
  }

  override batchNorm(name: string, x: tf.Tensor4D): tf.Tensor4D { return this.made(this.hooks.folded ? x : super.batchNorm(name, x)); }
  override groupNorm(name: string, x: tf.Tensor4D, channels: number, groups: number): tf.Tensor4D { return this.made(super.groupNorm(name, x, channels, groups)); }
  override relu(x: tf.Tensor4D): tf.Tensor4D { return this.made(super.relu(x)); }
  override add(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D { return this.made(super.add(a, b)); }
  override maxPool(x: tf.Tensor4D): tf.Tensor4D { return this.made(super.maxPool(x)); }
  override upsample(x: tf.Tensor4D, like: tf.Tensor4D): tf.Tensor4D { return this.made(super.upsample(x, like)); }

  private made(y: tf.Tensor4D): tf.Tensor4D {
    const replaced = this.hooks.value?.(this.index++, y);
    if (!replaced) return y;
    y.dispose();
    return replaced;
  }
}
