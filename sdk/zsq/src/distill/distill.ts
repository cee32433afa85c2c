import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { normals } from "../tensor/random";
import { lossGradient } from "./gradient";
import type { DistillPreset } from "./presets";
import { storedStatistics, type ChannelStatistics } from "./statistics";

export interface DistillOptions extends DistillPreset {
  /** number of images */
  images: number;
  /** [height, width] in pixels */
  imageShape: readonly [number, number];
  iterations: number;
  seed: number;
  /** number of the first image: image k starts from the same noise whatever the others; default 0 */
  firstImage?: number;
  /** images that run together; default 16. It bounds memory and does not couple images. */
  batchSize?: number;
  /** iterations after which the images are kept as well, such as [1, 10, 50] */
  snapshots?: readonly number[];
  /** called after each iteration of each batch, with the mean loss of its images before the iteration */
  onProgress?: (progress: { done: number; total: number; loss: number }) => void;
  signal?: AbortSignal;
}

/** Images as the detector sees them (normalized), without a tensor. */
export interface DistilledImages {
  /** [n, h, w, 3] */
  images: Float32Array;
  shape: [number, number, number, number];
  /** mean loss of all images before iteration i, and after the last: iterations + 1 values */
  history: number[];
  /** images after the iterations asked for */
  snapshots: Map<number, Float32Array>;
}

/**
 * Distils images from Gaussian noise until the statistics of what enters each batch normalization match those that the
 * layer has stored, by Adam on the pixels. Each image is on its own; no data is needed.
 *
 * - **options** – a preset and the counts: `{ ...distillPresets["paper-mean"], images: 32, imageShape: [128, 160], iterations: 100, seed: 1 }`
 *
 * Leaves no tensor behind. Throws if the loss is not finite, an option is out of range, or on abort.
 *
 * Source: Cai et al. 2020 (ZeroQ); Sevsay and Akagündüz 2024, Eq. 2.
 */
export async function distill(detector: Detector, options: DistillOptions): Promise<DistilledImages> {
  checkOptions(options);
  const { images, imageShape: [height, width], iterations, batchSize = 16, snapshots = [] } = options;
  const size = height * width * 3;
  const result: DistilledImages = {
    images: new Float32Array(images * size), shape: [images, height, width, 3],
    history: new Array<number>(iterations + 1).fill(0), snapshots: new Map(snapshots.map((i) => [i, new Float32Array(images * size)])),
  };
  const stored = storedStatistics(detector.weights, detector.architecture.ofKind("batchNorm").map(({ name }) => name));
  try {
    for (let first = 0; first < images; first += batchSize) await distillBatch(detector, stored, options, first, result);
  } finally {
    tf.dispose([...stored.values()].flatMap(({ mean, std }) => [mean, std]));
  }
  return result;
}

async function distillBatch(detector: Detector, stored: ReadonlyMap<string, ChannelStatistics>, options: DistillOptions, first: number, result: DistilledImages): Promise<void> {
  const { images, imageShape: [height, width], iterations, loss, learningRate, schedule, seed, firstImage = 0, batchSize = 16, onProgress, signal } = options;
  const count = Math.min(batchSize, images - first);
  const size = height * width * 3;
  const start = new Float32Array(count * size);
  for (let k = 0; k < count; k++) start.set(normals(seed, firstImage + first + k, size), k * size);
  let state: AdamState | null = adamStart(tf.tensor4d(start, [count, height, width, 3]));
  try {
    for (let iteration = 0; iteration <= iterations; iteration++) {
      const { value, gradient } = lossGradient(detector, stored, loss, state.x);
      const sum = tf.tidy(() => value.sum().dataSync()[0]);
      result.history[iteration] += sum / images;
      if (Number.isFinite(sum) && iteration < iterations) state = adamStep(state, gradient, learningRate * schedule(iteration, iterations), iteration + 1);
      tf.dispose([value, gradient]);
      if (!Number.isFinite(sum)) throw new Error(`distill: invalid loss at iteration ${iteration}: ${sum}; expected a finite number; try a smaller learning rate`);
      result.snapshots.get(iteration + 1)?.set(state.x.dataSync(), first * size);
      onProgress?.({ done: first * iterations + count * Math.min(iteration + 1, iterations), total: images * iterations, loss: sum / count });
      if (signal?.aborted) throw new Error("distill: stopped on request");
      await new Promise(setImmediate);
    }
    result.images.set(state.x.dataSync(), first * size);
  } finally {
    tf.dispose([state.x, state.m, state.v]);
    state = null;
  }
}

interface AdamState { x: tf.Tensor4D; m: tf.Tensor4D; v: tf.Tensor4D }

const adamStart = (x: tf.Tensor4D): AdamState => ({ x, m: tf.zerosLike(x), v: tf.zerosLike(x) });

/** Kingma and Ba 2015 with beta 0.9 and 0.999, epsilon 1e-8, as torch.optim.Adam; disposes the old state. */
function adamStep(old: AdamState, gradient: tf.Tensor4D, learningRate: number, step: number): AdamState {
  const next = tf.tidy(() => {
    const m = old.m.mul(0.9).add(gradient.mul(0.1)) as tf.Tensor4D;
    const v = old.v.mul(0.999).add(gradient.square().mul(0.001)) as tf.Tensor4D;
    const denominator = v.sqrt().mul(1 / Math.sqrt(1 - 0.999 ** step)).add(1e-8);
    const x = old.x.sub(m.div(denominator).mul(learningRate / (1 - 0.9 ** step))) as tf.Tensor4D;
    return { x, m, v };
  });
  tf.dispose([old.x, old.m, old.v]);
  return next;
}

function checkOptions({ images, imageShape, iterations, learningRate, batchSize = 16, snapshots = [] }: DistillOptions): void {
  const whole = (name: string, value: number, low: number): void => {
    if (!Number.isSafeInteger(value) || value < low) throw new RangeError(`distill: invalid ${name}: ${value}; expected an integer >= ${low}`);
  };
  whole("images", images, 1);
  whole("iterations", iterations, 0);
  whole("batchSize", batchSize, 1);
  imageShape.forEach((side) => whole("imageShape", side, 32));
  if (!(learningRate > 0)) throw new RangeError(`distill: invalid learningRate: ${learningRate}; expected > 0`);
  for (const snapshot of snapshots) if (!(snapshot >= 1 && snapshot <= iterations)) throw new RangeError(`distill: invalid snapshot: ${snapshot}; expected in [1, ${iterations}]`);
}
