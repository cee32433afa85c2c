import * as tf from "@tensorflow/tfjs-node-gpu";
import type { AffineGradient, BatchNormLoss } from "../../nn/input-tape";
import * as kernels from "../../tensor/kernels";
import { layerValues, type LayerChannels } from "../statistics";

/** Mean and biased variance of every channel of every batch normalization's input, side by side: [g,1,1,c], g = 1 for the whole batch or one per image. */
export interface Moments {
  mean: tf.Tensor4D;
  variance: tf.Tensor4D;
}

/** A loss on moments: differentiable in those seen, beside those stored [1,1,1,c]. Runs inside tf.tidy. */
export type MomentsLoss = (seen: Moments, stored: Moments, layers: readonly LayerChannels[]) => tf.Scalar;

/**
 * Collects the moments of a batch on the way forward and gives each layer its part of the gradient on the way back; the
 * loss is any function of the moments. Use it once, inside tf.tidy: a forward pass, differentiate(), the way back.
 */
export class BatchMoments implements BatchNormLoss {
  readonly needsInput = true;
  private readonly means: tf.Tensor4D[] = [];
  // of (x - stored mean)^2: near the optimum nothing cancels when the variance is taken from it
  private readonly squares: tf.Tensor4D[] = [];
  private readonly counts: number[] = [];
  private readonly gradients = new Map<string, AffineGradient>();

  /**
   * - **storedMeans** – by layer, [1,1,1,c]
   * - **pooled** – one mean and variance for the whole batch instead of one for each image
   */
  constructor(private readonly layers: readonly LayerChannels[], private readonly stored: Moments, private readonly storedMeans: ReadonlyMap<string, tf.Tensor>, private readonly pooled: boolean) {}

  observe(name: string, x: tf.Tensor4D): void {
    const squares = kernels.squaredDifference(x, this.storedMeans.get(name)!);
    const [mean, square] = [x, squares].map((y) => this.average(kernels.spatialMean(y)));
    squares.dispose();
    this.means.push(mean);
    this.squares.push(square);
    this.counts.push(x.shape[1] * x.shape[2] * (this.pooled ? x.shape[0] : 1));
  }

  /** The loss; afterwards gradient() answers. */
  differentiate(loss: MomentsLoss): number {
    const mean = tf.concat(this.means, 3), variance = tf.concat(this.squares, 3).sub(mean.sub(this.stored.mean).square()).maximum(0) as tf.Tensor4D;
    const evaluate = (m: tf.Tensor, v: tf.Tensor): tf.Scalar => loss({ mean: m as tf.Tensor4D, variance: v as tf.Tensor4D }, this.stored, this.layers);
    const { value, grads: [byMean, byVariance] } = tf.valueAndGrads(evaluate)([mean, variance]);
    // d mean / dx = 1 / m, d variance / dx = 2 (x - mean) / m
    const share = layerValues(this.layers, (_, k) => 1 / this.counts[k]);
    const a = byVariance.mul(share).mul(2), b = byMean.mul(share).sub(a.mul(mean));
    const sizes = this.layers.map(({ channels }) => channels), [slopes, offsets] = [a, b].map((x) => tf.split(x as tf.Tensor4D, sizes, 3) as tf.Tensor4D[]);
    this.layers.forEach(({ name }, k) => this.gradients.set(name, { a: slopes[k], b: offsets[k] }));
    return value.dataSync()[0];
  }

  gradient(name: string): AffineGradient {
    return this.gradients.get(name)!;
  }

  private average(perImage: tf.Tensor4D): tf.Tensor4D {
    return this.pooled ? perImage.mean(0, true) : perImage;
  }
}
