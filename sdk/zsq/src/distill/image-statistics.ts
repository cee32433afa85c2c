import * as tf from "@tensorflow/tfjs-node-gpu";
import type { AffineGradient, BatchNormLoss } from "../nn/input-tape";
import { EPSILON } from "../nn/layers";
import * as kernels from "../tensor/kernels";
import type { LossTerm } from "./losses";
import { layerValues, type Statistics, type StatisticsOptions, type StoredStatistics } from "./statistics";

/**
 * Collects the statistics of each image's own pixels on the way forward, and gives each layer its part of the gradient
 * on the way back. Use it once, inside tf.tidy: observe all layers, statistics(), differentiate(), gradient().
 */
export class ImageStatistics implements BatchNormLoss {
  private readonly means = new Map<string, tf.Tensor4D>();
  // of (x - stored mean)^2: near the optimum nothing cancels when the variance is taken from it
  private readonly squares: tf.Tensor4D[] = [];
  private readonly pixels: number[] = [];
  private readonly gradients = new Map<string, AffineGradient>();

  /** - **storedMeans** – by layer, [1,1,1,c] each */
  constructor(private readonly stored: StoredStatistics, private readonly storedMeans: ReadonlyMap<string, tf.Tensor>, readonly needsInput: boolean, private readonly options: StatisticsOptions) {}

  observe(name: string, x: tf.Tensor4D): void {
    this.means.set(name, kernels.spatialMean(x));
    this.pixels.push(x.shape[1] * x.shape[2]);
    if (!this.needsInput) return;
    const squares = kernels.squaredDifference(x, this.storedMeans.get(name)!);
    this.squares.push(kernels.spatialMean(squares));
    squares.dispose();
  }

  /** Of all layers, side by side. */
  statistics(): Statistics {
    const mean = tf.concat([...this.means.values()], 3);
    if (!this.needsInput) return { mean, std: null };
    const variance = tf.concat(this.squares, 3).sub(mean.sub(this.stored.mean).square()).maximum(0);
    const corrected = this.options.variance === "unbiased" ? variance.mul(this.perChannel((pixels) => pixels / Math.max(1, pixels - 1))) : variance;
    return { mean, std: corrected.add(this.options.epsilon ?? EPSILON).sqrt() as tf.Tensor4D };
  }

  /** Takes the derivatives of the loss: d mean / dx = 1 / m and d std / dx = (x - mean) / (m std), or m - 1 where the variance is unbiased. */
  differentiate({ mean, std }: Statistics, { byMean, byStd }: LossTerm): void {
    const less = this.options.variance === "unbiased" ? 1 : 0; // one pixel has no unbiased variance: 0
    const a = byStd && (byStd.mul(this.perChannel((pixels) => 1 / Math.max(1, pixels - less))).div(std!) as tf.Tensor4D);
    const constant = byMean ? byMean.mul(this.perChannel((pixels) => 1 / pixels)) : tf.zerosLike(mean);
    const b = (a ? constant.sub(a.mul(mean)) : constant) as tf.Tensor4D;
    const layers = this.stored.layers, split = (x: tf.Tensor4D): tf.Tensor4D[] => tf.split(x, layers.map(({ channels }) => channels), 3);
    const slopes = a && split(a);
    split(b).forEach((part, k) => this.gradients.set(layers[k].name, { a: slopes && slopes[k], b: part }));
  }

  gradient(name: string): AffineGradient {
    return this.gradients.get(name)!;
  }

  // [1,1,1,c] from the number of pixels of each layer
  private perChannel(f: (pixels: number) => number): tf.Tensor4D {
    return layerValues(this.stored.layers, (_, k) => f(this.pixels[k]));
  }
}
