import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { FrozenNetwork } from "../nn/frozen-network";
import { InputTape } from "../nn/input-tape";
import { resnet } from "../nn/resnet";
import * as kernels from "../tensor/kernels";
import { ImageStatistics } from "./image-statistics";
import { channelWeights, type Normalizer, type StatisticsLoss } from "./losses";
import { INPUT_LAYER, storedStatistics, type StatisticsOptions, type StoredStatistics } from "./statistics";

/** What is minimized. */
export interface ObjectiveOptions extends StatisticsOptions {
  loss: StatisticsLoss;
  /** default "perLayer" */
  normalizer?: Normalizer;
}

/** Loss of each image and the gradient of their sum; the caller disposes both. */
export interface LossGradient {
  /** [n,1,1,parts]: see StatisticsLoss */
  value: tf.Tensor4D;
  /** [n,h,w,3] */
  gradient: tf.Tensor4D;
}

/**
 * The distance between the statistics of images and those that a detector has stored, as a function of the images. Only
 * the detector's ResNet runs: nothing behind it has batch normalization. Images do not influence each other.
 *
 * What depends on the weights alone is computed once and kept: dispose() frees it; the detector stays the caller's.
 * Throws if the detector has no batch normalization.
 */
export class DistillObjective {
  private readonly network: FrozenNetwork;
  private readonly stored: StoredStatistics;
  private readonly storedMeans: ReadonlyMap<string, tf.Tensor>;
  private readonly weights = new Map<number, tf.Tensor4D>();

  constructor(private readonly detector: Detector, private readonly options: ObjectiveOptions) {
    this.stored = storedStatistics(detector, options);
    const { layers, mean } = this.stored;
    const parts = tf.split(mean, layers.map(({ channels }) => channels), 3);
    this.storedMeans = new Map(layers.map(({ name }, k) => [name, parts[k]]));
    this.network = new FrozenNetwork(detector.weights);
  }

  /** - **images** – normalized, [n,h,w,3] */
  lossGradient(images: tf.Tensor4D): LossGradient {
    return tf.tidy(() => {
      const { statistics, value, back } = this.forward(images);
      const gradient = back();
      const { inputLayer = false } = this.options;
      return { value, gradient: inputLayer ? addAffine(gradient, images, statistics.gradient(INPUT_LAYER)) : gradient };
    });
  }

  /** The loss alone, [n,1,1,parts]; the caller disposes it. */
  loss(images: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.forward(images).value);
  }

  /** Where a value that is not finite first appears, as "batch normalization <name>" or "gradient of <name>"; null if nowhere. */
  firstInvalid(images: tf.Tensor4D): string | null {
    let found: string | null = null;
    const note = (what: string, x: tf.Tensor): void => { if (found === null && !isFiniteEverywhere(x)) found = what; };
    tf.tidy(() => void this.forward(images, (name, x) => note(`batch normalization ${name}`, x), (name, dy) => note(`gradient of ${name}`, dy)).back());
    return found;
  }

  dispose(): void {
    this.network.dispose();
    tf.dispose([this.stored.mean, this.stored.std, ...this.storedMeans.values(), ...this.weights.values()]);
  }

  private forward(images: tf.Tensor4D, onInput?: (name: string, x: tf.Tensor4D) => void, onGradient?: (name: string, dy: tf.Tensor4D) => void): Forward {
    const { loss, inputLayer = false } = this.options;
    const statistics = new ImageStatistics(this.stored, this.storedMeans, loss.needsStd, this.options);
    const observe = (name: string, x: tf.Tensor4D): void => {
      onInput?.(name, x);
      statistics.observe(name, x);
    };
    const tape = new InputTape(this.network, { needsInput: loss.needsStd, observe, gradient: (name) => statistics.gradient(name) }, onGradient);
    const input = tape.input(images);
    if (inputLayer) observe(INPUT_LAYER, images);
    resnet(tape, this.detector.config.resnet, input);
    const observed = statistics.statistics();
    const term = loss.term(observed, this.stored, this.weightsFor(images.shape[0]));
    const back = (): tf.Tensor4D => {
      statistics.differentiate(observed, term);
      tape.backward();
      return input.grad!;
    };
    return { statistics, value: term.value, back };
  }

  private weightsFor(images: number): tf.Tensor4D {
    let weights = this.weights.get(images);
    if (!weights) this.weights.set(images, (weights = tf.keep(channelWeights(this.options.normalizer ?? "perLayer", this.stored.layers, images))));
    return weights;
  }
}

// a forward pass; back() walks back and gives the gradient of the image
interface Forward { statistics: ImageStatistics; value: tf.Tensor4D; back: () => tf.Tensor4D }

/** Whether all values are finite, by their sum: enormous ones count as infinite. */
export function isFiniteEverywhere(x: tf.Tensor): boolean {
  const sum = tf.sum(x);
  const finite = Number.isFinite(sum.dataSync()[0]);
  sum.dispose();
  return finite;
}

const addAffine = (gradient: tf.Tensor4D, x: tf.Tensor4D, { a, b }: { a: tf.Tensor4D | null; b: tf.Tensor4D }): tf.Tensor4D =>
  kernels.add(gradient, a ? kernels.add(kernels.multiply(x, a), b) : b);
