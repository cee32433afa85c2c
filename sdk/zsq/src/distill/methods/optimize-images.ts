import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../../nn/detector";
import { breathe, cellSignal } from "../../tensor/cell-signal";
import { Random } from "../../tensor/random";
import type { ImageTargets } from "../../train/targets";
import { normals } from "../../tensor/random";
import type { DistillSchedule } from "../schedule";
import { randomTargets, withOwnDetections } from "./box-targets";
import { MomentOptimizer } from "./radam";
import { RecipeObjective, type RecipeLoss } from "./recipe-objective";
import { checkSynthesis, type SynthesizeOptions, type SyntheticImages } from "./synthesis";
import type { ViewOf } from "./views";

/** How a method makes images by changing their pixels. */
export interface ImageRecipe extends RecipeLoss {
  learningRate: number;
  schedule: DistillSchedule;
  /** default "adam" */
  optimizer?: "adam" | "radam";
  /** what the network sees in each step; default the images as they are */
  view?: ViewOf;
  /** pixels by which images are larger while they are made; the middle is kept. Default 0; a multiple of 2 */
  margin?: number;
  /** runs after each step on the images; returns new ones */
  after?: (images: tf.Tensor4D) => tf.Tensor4D;
  /** boxes that each image is asked to show; default 1 */
  boxes?: number;
  /** share of the iterations after which the detector's own finds become targets as well, once in every tenth; default never */
  adaptTargetsFrom?: number;
  /** steps that the recipe is published for, more are not taken; default: as many as asked for */
  iterations?: number;
}

/** Streams of a seed for views, apart from those of noise and targets. */
const VIEW_STREAM = 4_000_000;

/**
 * Makes images by a recipe: from N(0, 1), Adam or RAdam on the pixels of batches. Image k starts from the same noise and
 * targets whatever the others; pooled statistics couple the images of a batch.
 *
 * Leaves no tensor behind. Throws if an option is out of range, a loss is not finite, or when stopped (an AbortError).
 */
export async function optimizeImages(where: string, detector: Detector, recipe: ImageRecipe, options: SynthesizeOptions): Promise<SyntheticImages> {
  checkSynthesis(where, options);
  const { images, imageShape: [height, width], batchSize = 16, onProgress = () => undefined, signal = cellSignal() } = options, size = height * width * 3;
  const result: SyntheticImages = { images: new Float32Array(images * size), shape: [images, height, width, 3], history: [] };
  const objective = new RecipeObjective(detector, recipe);
  try {
    for (let first = 0; first < images; first += batchSize) {
      const count = Math.min(batchSize, images - first);
      const made = await batch(where, detector, objective, recipe, { ...options, signal }, first, count, (fraction) => onProgress((first + count * fraction) / images));
      result.images.set(made.images, first * size);
      if (first === 0) result.history.push(...made.history);
    }
  } finally {
    objective.dispose();
  }
  return result;
}

async function batch(where: string, detector: Detector, objective: RecipeObjective, recipe: ImageRecipe, { imageShape, iterations: asked, seed, signal }: SynthesizeOptions, first: number, count: number, onProgress: (fraction: number) => void): Promise<{ images: Float32Array; history: number[] }> {
  const { margin = 0, view, after, boxes = 1, adaptTargetsFrom, schedule, learningRate } = recipe, iterations = Math.min(asked, recipe.iterations ?? asked);
  const optimizer = new MomentOptimizer(startImages(imageShape, margin, seed, first, count), recipe.optimizer === "radam");
  const rate = schedule(iterations), history: number[] = [];
  let targets: readonly ImageTargets[] = Array.from({ length: count }, (_, k) => randomTargets(detector.config, imageShape, seed, first + k, boxes));
  try {
    for (let step = 0; step < iterations; step++) {
      const adapts = adaptTargetsFrom !== undefined && step >= adaptTargetsFrom * iterations && step % Math.max(1, Math.round(iterations / 10)) === 0;
      if (adapts) targets = withOwnDetections(detector, optimizer.x, targets);
      const { loss, gradient } = objective.lossGradient(optimizer.x, targets, { view: view?.(new Random(seed, VIEW_STREAM + first * 100_003 + step), imageShape), first });
      if (!Number.isFinite(loss)) {
        gradient.dispose();
        throw new Error(`${where}: invalid loss at iteration ${step}: ${loss}; expected a finite number; try a smaller learning rate`);
      }
      history.push(loss);
      optimizer.step(gradient, learningRate * rate(step, loss));
      gradient.dispose();
      if (after) optimizer.replace(tf.tidy(() => after(optimizer.x)));
      onProgress((step + 1) / iterations);
      await breathe(where, signal);
    }
    return { images: middle(optimizer.x, margin), history };
  } finally {
    optimizer.dispose();
  }
}

function startImages([height, width]: readonly [number, number], margin: number, seed: number, first: number, count: number): tf.Tensor4D {
  const shape = [height + margin, width + margin, 3] as const, size = shape[0] * shape[1] * 3, values = new Float32Array(count * size);
  for (let k = 0; k < count; k++) values.set(normals(seed, first + k, size), k * size);
  return tf.tensor4d(values, [count, ...shape]);
}

function middle(x: tf.Tensor4D, margin: number): Float32Array {
  const [n, h, w] = x.shape;
  const inner = x.slice([0, margin / 2, margin / 2, 0], [n, h - margin, w - margin, 3]);
  const values = inner.dataSync() as Float32Array;
  inner.dispose();
  return values;
}
