import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import { FrozenNetwork } from "../../nn/frozen-network";
import { InputTape } from "../../nn/input-tape";
import { resnet } from "../../nn/resnet";
import { retinaNetOn } from "../../nn/retinanet";
import type { ImageTargets } from "../../train/targets";
import { storedStatistics, type LayerChannels } from "../statistics";
import { BatchMoments, type Moments, type MomentsLoss } from "./batch-moments";
import type { OutputLoss } from "./output-losses";
import type { ImagePrior } from "./priors";
import { placed, type View } from "./views";

/** What a method minimizes over images. */
export interface RecipeLoss {
  /** on what enters the batch normalizations; pooled: over the batch, not for each image */
  statistics?: { loss: MomentsLoss; pooled: boolean };
  /** on what the heads say; runs the whole detector instead of its ResNet alone */
  outputs?: OutputLoss;
  prior?: ImagePrior;
}

/** Loss of a batch and its gradient in the images; the caller disposes the gradient. */
export interface RecipeGradient { loss: number; gradient: tf.Tensor4D }

/**
 * The loss of a recipe as a function of a batch of images. What depends on the weights alone is computed once:
 * dispose() frees it; the detector stays the caller's. Throws if the detector has no batch normalization and the recipe needs it.
 */
export class RecipeObjective {
  private readonly network: FrozenNetwork;
  private readonly layers: readonly LayerChannels[] = [];
  private readonly stored: Moments | null = null;
  private readonly storedMeans = new Map<string, tf.Tensor>();

  constructor(private readonly detector: Detector, private readonly recipe: RecipeLoss) {
    if (recipe.statistics) {
      const { layers, mean, std } = storedStatistics(detector, { epsilon: 0 });
      this.layers = layers;
      this.stored = { mean, variance: tf.square(std) };
      std.dispose();
      tf.split(mean, layers.map(({ channels }) => channels), 3).forEach((part, k) => this.storedMeans.set(layers[k].name, part));
    }
    this.network = new FrozenNetwork(detector.weights);
  }

  /**
   * - **images** – normalized, [n, h, w, 3]
   * - **view** – what the network sees of them; the prior sees them as they are
   * - **first** – number of the first image; default 0
   */
  lossGradient(images: tf.Tensor4D, targets: readonly ImageTargets[], { view, first = 0 }: { view?: View; first?: number } = {}): RecipeGradient {
    let loss = 0;
    const gradient = tf.tidy(() => {
      const seen = view ? view.see(images) : tf.clone(images), shape = [seen.shape[1], seen.shape[2]] as const;
      const own = this.networkGradient(seen, view ? targets.map((one) => placed(one, view, shape)) : targets, first);
      loss += own.loss;
      const back = view ? tf.grad((x: tf.Tensor) => view.see(x as tf.Tensor4D))(images, own.gradient) as tf.Tensor4D : own.gradient;
      if (!this.recipe.prior) return back;
      const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => this.recipe.prior!(x as tf.Tensor4D))(images);
      loss += value.dataSync()[0];
      return back.add(grad) as tf.Tensor4D;
    });
    return { loss, gradient };
  }

  private networkGradient(images: tf.Tensor4D, targets: readonly ImageTargets[], first: number): RecipeGradient {
    const { recipe: { statistics, outputs }, detector: { config } } = this;
    const moments = statistics && new BatchMoments(this.layers, this.stored!, this.storedMeans, statistics.pooled);
    const tape = new InputTape(this.network, moments), input = tape.input(images), imageShape = [images.shape[1], images.shape[2]] as const;
    const features = resnet(tape, config.resnet, input);
    let loss = 0;
    if (outputs) loss += outputs(retinaNetOn(tape, config, features), { config, imageShape, targets, first });
    if (moments) loss += moments.differentiate(statistics.loss);
    tape.backward();
    return { loss, gradient: input.grad ?? tf.zerosLike(images) };
  }

  dispose(): void {
    this.network.dispose();
    tf.dispose([...(this.stored ? [this.stored.mean, this.stored.variance] : []), ...this.storedMeans.values()]);
  }
}
