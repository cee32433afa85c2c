import * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../../nn/config";
import { normals, Random } from "../../tensor/random";
import type { ImageTargets } from "../../train/targets";
import { createOptimizer, type Optimizer } from "../../train/optimizer";
import { ParameterVector } from "../../train/parameter-vector";

/** A generator's size; the published ones have 100 to 512 latent values and 128 channels for 224 x 224 pixels. */
export interface GeneratorOptions {
  /** [height, width], multiples of 4 */
  imageShape: readonly [number, number];
  /** values of the latent vector; default 64 */
  latent?: number;
  /** channels behind the first layer; half as many behind the second convolution. Default 24 */
  channels?: number;
  seed: number;
}

/** A class and box that an image is asked to show, or a mixture of several classes: weights of the classes [classes], and the box in parts of the image. */
export interface Condition { classes: Float32Array; box: readonly [number, number, number, number] }

/** The condition for an image's first target. */
export function conditionOf({ boxes, labels }: ImageTargets, { classes }: Pick<RetinaNetConfig, "classes">, [height, width]: readonly [number, number]): Condition {
  const weights = new Float32Array(classes);
  weights[labels[0]] = 1;
  return { classes: weights, box: [boxes[0] / width, boxes[1] / height, boxes[2] / width, boxes[3] / height] };
}

/**
 * Makes normalized images from latent vectors and what they shall show: latent times an embedding of class and box; linear
 * to a quarter of the image; twice normalization by the batch, nearest-neighbour enlargement, convolution 3 x 3, leaky ReLU 0.2;
 * convolution to 3 channels, tanh, normalization without scale.
 *
 * It owns its parameters and what its Adam (beta 0.9 and 0.999) knows; dispose() frees them.
 *
 * Source: the generator of GDFQ and ZAQ (that of ACGAN), narrower; the box in the condition is our addition.
 */
export class Generator {
  readonly latent: number;
  private readonly vector: ParameterVector;
  private readonly optimizer: Optimizer;
  private parameters: tf.Tensor1D;

  constructor(private readonly classes: number, private readonly options: GeneratorOptions) {
    const { imageShape: [height, width], latent = 64, channels = 24, seed } = options, half = channels / 2;
    this.latent = latent;
    this.vector = new ParameterVector(new Map([
      ["embedding", [classes, latent]], ["place", [4, latent]], ["linear", [latent, (height / 4) * (width / 4) * channels]],
      ["conv1", [3, 3, channels, channels]], ["conv2", [3, 3, channels, half]], ["conv3", [3, 3, half, 3]],
      ...["norm0", "norm1", "norm2"].flatMap((name): [string, number[]][] => [[`${name}.gamma`, [name === "norm2" ? half : channels]], [`${name}.beta`, [name === "norm2" ? half : channels]]]),
    ]));
    this.parameters = tf.tidy(() => this.vector.pack(initial(this.vector, { latent, channels }, seed)));
    this.optimizer = createOptimizer({ kind: "adamw", weightDecay: 0 }, this.vector.mask(() => false));
  }

  /** Images [n, h, w, 3] for latent vectors [n, latent] and conditions; the caller disposes them. */
  generate(latent: tf.Tensor2D, conditions: readonly Condition[]): tf.Tensor4D {
    return tf.tidy(() => this.forward(this.vector.unpack(this.parameters), latent, conditions));
  }

  /** A step along the gradient that a loss has in the images, [n, h, w, 3]. */
  learn(latent: tf.Tensor2D, conditions: readonly Condition[], imageGradient: tf.Tensor4D, rate: number): void {
    const gradient = tf.tidy(() => {
      const parts = this.vector.unpack(this.parameters), names = [...parts.keys()];
      const grads = tf.grads((...values: tf.Tensor[]) => this.forward(new Map(names.map((name, k) => [name, values[k]])), latent, conditions).mul(imageGradient).sum());
      return this.vector.pack(new Map(grads([...parts.values()]).map((grad, k) => [names[k], grad])));
    });
    const next = this.optimizer.step(this.parameters, gradient, rate);
    tf.dispose([gradient, this.parameters]);
    this.parameters = next;
  }

  dispose(): void {
    this.parameters.dispose();
    this.optimizer.dispose();
  }

  private forward(parameters: ReadonlyMap<string, tf.Tensor>, latent: tf.Tensor2D, conditions: readonly Condition[]): tf.Tensor4D {
    const { imageShape: [height, width], channels = 24 } = this.options, p = <T extends tf.Tensor>(name: string): T => parameters.get(name) as T, n = conditions.length;
    const classes = tf.tensor2d(conditions.map((one) => [...one.classes]), [n, this.classes]), boxes = tf.tensor2d(conditions.map(({ box }) => [...box]), [n, 4]);
    const embedded = latent.mul(tf.matMul(classes, p<tf.Tensor2D>("embedding")).add(tf.matMul(boxes, p<tf.Tensor2D>("place"))));
    const normalized = (x: tf.Tensor4D, name: string): tf.Tensor4D => standardized(x).mul(p(`${name}.gamma`)).add(p(`${name}.beta`));
    const block = (x: tf.Tensor4D, conv: string, norm: string): tf.Tensor4D => tf.leakyRelu(normalized(tf.conv2d(enlarged(x), p<tf.Tensor4D>(conv), 1, "same"), norm), 0.2);
    const start = normalized(tf.matMul(embedded as tf.Tensor2D, p<tf.Tensor2D>("linear")).reshape([n, height / 4, width / 4, channels]), "norm0");
    return standardized(tf.tanh(tf.conv2d(block(block(start, "conv1", "norm1"), "conv2", "norm2"), p<tf.Tensor4D>("conv3"), 1, "same")));
  }
}

/** Latent vectors of a step, [n, size]; the caller disposes them. */
export const latents = (seed: number, step: number, n: number, size: number): tf.Tensor2D => tf.tensor2d(normals(seed, 9_000_000 + step, n * size), [n, size]);

// to mean 0 and deviation 1 over all but the channels
function standardized(x: tf.Tensor4D): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return x.sub(mean).mul(variance.add(1e-5).rsqrt());
}

const enlarged = (x: tf.Tensor4D): tf.Tensor4D => tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);

// He's deviations for kernels; embeddings N(0, 1); gamma 1, beta 0
function initial(vector: ParameterVector, { latent, channels }: { latent: number; channels: number }, seed: number): Map<string, tf.Tensor> {
  const empty = tf.zeros<tf.Rank.R1>([vector.size]), shapes = vector.unpack(empty);
  return new Map([...shapes].map(([name, { shape, size }], k) => {
    const random = new Random(seed, 10_000_000 + k), deviation = name === "linear" ? 1 / Math.sqrt(latent) : name.startsWith("conv") ? Math.sqrt(2 / (9 * (name === "conv3" ? channels / 2 : channels))) : 1;
    const value = name.endsWith("gamma") ? () => 1 : name.endsWith("beta") ? () => 0 : () => random.normal() * deviation;
    return [name, tf.tensor(Float32Array.from({ length: size }, value), shape)];
  }));
}
