import * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../../nn/config";
import { normals, Random } from "../../tensor/random";
import type { ImageTargets } from "../../train/targets";
import { createOptimizer, type Optimizer } from "../../train/optimizer";
import { ParameterVector } from "../../train/parameter-vector";

/** How a block doubles height and width. */
export type Enlargement = "nearest" | "bilinear";

/** What a block computes then; separable3 is 3 x 3 by channel, then 1 x 1. */
export type Operation = "conv3" | "conv5" | "separable3" | "pointwise";

/** What a generator's block may be made of. More than one of a kind are mixed, with weights softmax(choice) that are learned as well. */
export interface Block { enlargements: readonly Enlargement[]; operations: readonly Operation[] }

const PLAIN: Block = { enlargements: ["nearest"], operations: ["conv3"] };

/** A generator's size; the published ones have 100 to 512 latent values and 128 channels for 224 x 224 pixels. */
export interface GeneratorOptions {
  /** [height, width], multiples of 4 */
  imageShape: readonly [number, number];
  /** values of the latent vector; default 64 */
  latent?: number;
  /** channels behind the first layer; half as many behind the second convolution. Default 24 */
  channels?: number;
  /** its two blocks; default nearest-neighbour enlargement and convolution 3 x 3 */
  blocks?: readonly [Block, Block];
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
 * to a quarter of the image and normalization by the batch; two blocks of enlargement, convolution, normalization, leaky ReLU 0.2;
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
      ...plainKernel("conv1", this.blocks[0], channels, channels), ...plainKernel("conv2", this.blocks[1], channels, half), ["conv3", [3, 3, half, 3]],
      ...["norm0", "norm1", "norm2"].flatMap((name): [string, number[]][] => [[`${name}.gamma`, [name === "norm2" ? half : channels]], [`${name}.beta`, [name === "norm2" ? half : channels]]]),
      ...blockShapes("conv1", this.blocks[0], channels, channels), ...blockShapes("conv2", this.blocks[1], channels, half),
    ]));
    this.parameters = tf.tidy(() => this.vector.pack(initial(this.vector, latent, seed)));
    this.optimizer = createOptimizer({ kind: "adamw", weightDecay: 0 }, this.vector.mask(() => false));
  }

  /** Images [n, h, w, 3] for latent vectors [n, latent] and conditions; the caller disposes them. */
  generate(latent: tf.Tensor2D, conditions: readonly Condition[]): tf.Tensor4D {
    return tf.tidy(() => this.forward(this.vector.unpack(this.parameters), latent, conditions));
  }

  /** The blocks with the heaviest of each of their choices alone. */
  heaviestBlocks(): [Block, Block] {
    const parameters = this.vector.unpack(this.parameters);
    const heaviest = <T>(candidates: readonly T[], name: string): [T] => {
      const weights = Array.from(parameters.get(name)?.dataSync() ?? [1]);
      return [candidates[weights.indexOf(Math.max(...weights))]];
    };
    const [first, second] = this.blocks.map(({ enlargements, operations }, k): Block => ({
      enlargements: heaviest(enlargements, `conv${k + 1}.enlargement`), operations: heaviest(operations, `conv${k + 1}.operation`),
    }));
    tf.dispose([...parameters.values()]);
    return [first, second];
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

  private get blocks(): readonly [Block, Block] {
    return this.options.blocks ?? [PLAIN, PLAIN];
  }

  private forward(parameters: ReadonlyMap<string, tf.Tensor>, latent: tf.Tensor2D, conditions: readonly Condition[]): tf.Tensor4D {
    const { imageShape: [height, width], channels = 24 } = this.options, p = <T extends tf.Tensor>(name: string): T => parameters.get(name) as T, n = conditions.length;
    const classes = tf.tensor2d(conditions.map((one) => [...one.classes]), [n, this.classes]), boxes = tf.tensor2d(conditions.map(({ box }) => [...box]), [n, 4]);
    const embedded = latent.mul(tf.matMul(classes, p<tf.Tensor2D>("embedding")).add(tf.matMul(boxes, p<tf.Tensor2D>("place"))));
    const normalized = (x: tf.Tensor4D, name: string): tf.Tensor4D => standardized(x).mul(p(`${name}.gamma`)).add(p(`${name}.beta`));
    const block = (x: tf.Tensor4D, k: 1 | 2): tf.Tensor4D => tf.leakyRelu(normalized(blockOutput(x, `conv${k}`, this.blocks[k - 1], parameters), `norm${k}`), 0.2);
    const start = normalized(tf.matMul(embedded as tf.Tensor2D, p<tf.Tensor2D>("linear")).reshape([n, height / 4, width / 4, channels]), "norm0");
    return standardized(tf.tanh(tf.conv2d(block(block(start, 1), 2), p<tf.Tensor4D>("conv3"), 1, "same")));
  }
}

/** Latent vectors of a step, [n, size]; the caller disposes them. */
export const latents = (seed: number, step: number, n: number, size: number): tf.Tensor2D => tf.tensor2d(normals(seed, 9_000_000 + step, n * size), [n, size]);

// to mean 0 and deviation 1 over all but the channels
function standardized(x: tf.Tensor4D): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return x.sub(mean).mul(variance.add(1e-5).rsqrt());
}

type Parameters = ReadonlyMap<string, tf.Tensor>;

const ENLARGE: Readonly<Record<Enlargement, (x: tf.Tensor4D, size: [number, number]) => tf.Tensor4D>> = {
  nearest: (x, size) => tf.image.resizeNearestNeighbor(x, size),
  bilinear: (x, size) => tf.image.resizeBilinear(x, size, false, true),
};

const OPERATE: Readonly<Record<Operation, (x: tf.Tensor4D, conv: string, parameters: Parameters) => tf.Tensor4D>> = {
  conv3: (x, conv, parameters) => tf.conv2d(x, parameters.get(conv) as tf.Tensor4D, 1, "same"),
  conv5: (x, conv, parameters) => tf.conv2d(x, parameters.get(`${conv}.conv5`) as tf.Tensor4D, 1, "same"),
  separable3: (x, conv, parameters) => {
    const [byChannel, across] = ["depthwise", "across"].map((part) => parameters.get(`${conv}.${part}`) as tf.Tensor4D);
    return tf.conv2d(tf.depthwiseConv2d(x, byChannel, 1, "same"), across, 1, "same");
  },
  pointwise: (x, conv, parameters) => tf.conv2d(x, parameters.get(`${conv}.pointwise`) as tf.Tensor4D, 1, "same"),
};

function blockOutput(x: tf.Tensor4D, conv: string, { enlargements, operations }: Block, parameters: Parameters): tf.Tensor4D {
  const mixture = (outputs: tf.Tensor4D[], choice: string): tf.Tensor4D => {
    if (outputs.length === 1) return outputs[0];
    const weights = tf.split(tf.softmax(parameters.get(choice) as tf.Tensor1D), outputs.length);
    return tf.addN(outputs.map((output, k) => output.mul(weights[k]) as tf.Tensor4D));
  };
  const large = mixture(enlargements.map((name) => ENLARGE[name](x, [2 * x.shape[1], 2 * x.shape[2]])), `${conv}.enlargement`);
  return mixture(operations.map((name) => OPERATE[name](large, conv, parameters)), `${conv}.operation`);
}

const plainKernel = (conv: string, { operations }: Block, from: number, to: number): [string, number[]][] => (operations.includes("conv3") ? [[conv, [3, 3, from, to]]] : []);

// parameters of a block beyond its 3 x 3 kernel
function blockShapes(conv: string, { enlargements, operations }: Block, from: number, to: number): [string, number[]][] {
  const kernels: Readonly<Record<Operation, [string, number[]][]>> = {
    conv3: [], conv5: [["conv5", [5, 5, from, to]]], separable3: [["depthwise", [3, 3, from, 1]], ["across", [1, 1, from, to]]], pointwise: [["pointwise", [1, 1, from, to]]],
  };
  const choices = ([["enlargement", enlargements.length], ["operation", operations.length]] as const).filter(([, n]) => n > 1).map(([name, n]): [string, number[]] => [name, [n]]);
  return [...operations.flatMap((name) => kernels[name]), ...choices].map(([name, shape]) => [`${conv}.${name}`, shape]);
}

// He's deviations for kernels; embeddings N(0, 1); gamma 1, beta and choices 0
function initial(vector: ParameterVector, latent: number, seed: number): Map<string, tf.Tensor> {
  const empty = tf.zeros<tf.Rank.R1>([vector.size]), shapes = vector.unpack(empty);
  return new Map([...shapes].map(([name, { shape, size }], k) => {
    const random = new Random(seed, 10_000_000 + k), deviation = shape.length === 4 ? heDeviation(name, shape) : name === "linear" ? 1 / Math.sqrt(latent) : 1;
    const constant = name.endsWith("gamma") ? 1 : /beta|enlargement|operation$/.test(name) ? 0 : undefined;
    return [name, tf.tensor(Float32Array.from({ length: size }, () => constant ?? random.normal() * deviation), shape)];
  }));
}

const heDeviation = (name: string, [height, width, channels]: readonly number[]): number => Math.sqrt(2 / (height * width * (name.endsWith("depthwise") ? 1 : channels)));
