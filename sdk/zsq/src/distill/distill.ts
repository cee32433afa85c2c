import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { ImageAdam } from "./adam";
import { cellSignal } from "../tensor/cell-signal";
import { checkOptions } from "./check-options";
import { startNoise } from "./noise";
import { DistillObjective, isFiniteEverywhere } from "./objective";
import type { DistillPreset } from "./presets";
import type { StopRule } from "./stop-rules";

export interface DistillOptions extends DistillPreset {
  /** number of images */
  images: number;
  /** [height, width] in pixels */
  imageShape: readonly [number, number];
  /** steps of Adam on each image, at most */
  iterations: number;
  seed: number;
  /** number of the first image: image k starts from the same noise whatever the others; default 0 */
  firstImage?: number;
  /** images that run together; default 16. It bounds memory and does not couple images. */
  batchSize?: number;
  /** iterations after which the images are kept as well, such as [1, 10, 50] */
  snapshots?: readonly number[];
  /** ends an image's distillation early: see lossPlateau, rangeStable */
  until?: StopRule;
  /** called after each iteration of each batch */
  onProgress?: (progress: DistillProgress) => void;
  /** stops the run; defaults to the stop button of the notebook's cell */
  signal?: AbortSignal;
}

export interface DistillProgress {
  /** iterations of images done, and in all if no image ends early */
  done: number;
  total: number;
  /** mean loss of the batch's images before the iteration */
  loss: number;
  /** estimate; null before the first iteration */
  secondsLeft: number | null;
}

/** Images as the detector sees them (normalized), without a tensor. */
export interface DistilledImages {
  /** [n, h, w, 3] */
  images: Float32Array;
  shape: [number, number, number, number];
  /** mean loss of all images before iteration i, and after the last: iterations + 1 values; an image that ended early keeps its loss */
  history: number[];
  /** the same for each part of the loss, such as "mean" and "std" */
  parts: Record<string, number[]>;
  /** iterations that each image took */
  taken: number[];
  /** images after the iterations asked for */
  snapshots: Map<number, Float32Array>;
}

/**
 * Distils images from noise until the statistics of what enters each batch normalization match those that the layer has
 * stored, by Adam on the pixels. Each image is on its own; no data is needed.
 *
 * - **options** – a preset and the counts: `{ ...distillPresets["paper-mean"], images: 32, imageShape: [128, 160], iterations: 100, seed: 1 }`
 *
 * Leaves no tensor behind. Throws if an option is out of range, the detector has no batch normalization, on abort (an
 * AbortError), and NotFiniteError as soon as a value is not finite.
 *
 * Source: Cai et al. 2020 (ZeroQ); Sevsay and Akagündüz 2024, Eq. 2.
 */
export async function distill(detector: Detector, options: DistillOptions): Promise<DistilledImages> {
  checkOptions(options);
  const { images, imageShape: [height, width], iterations, batchSize = 16, snapshots = [], loss } = options;
  const size = height * width * 3;
  const zeros = (): number[] => new Array<number>(iterations + 1).fill(0);
  const result: DistilledImages = {
    images: new Float32Array(images * size), shape: [images, height, width, 3], history: zeros(), parts: Object.fromEntries(loss.parts.map((part) => [part, zeros()])),
    taken: new Array<number>(images).fill(iterations), snapshots: new Map(snapshots.map((i) => [i, new Float32Array(images * size)])),
  };
  const objective = new DistillObjective(detector, options);
  const start = performance.now();
  try {
    for (let first = 0; first < images; first += batchSize) await new Batch(detector, objective, options, first, result, start).run();
  } finally {
    objective.dispose();
  }
  return result;
}

/** A distillation that met a value that is not finite. */
export class NotFiniteError extends Error {
  override readonly name = "NotFiniteError";

  constructor(
    readonly iteration: number,
    /** where it first appears, such as "batch normalization backbone.body.bn1" */
    readonly place: string,
    /** number of the first image of the batch, and its images [n, h, w, 3] as they were before the last step */
    readonly firstImage: number,
    readonly images: Float32Array,
  ) {
    super(`distill: invalid value at iteration ${iteration} in ${place}; expected finite numbers; try a smaller learning rate`);
  }
}

// The images that run together.
class Batch {
  private readonly count: number;
  private readonly ended: boolean[];

  constructor(private readonly detector: Detector, private readonly objective: DistillObjective, private readonly options: DistillOptions,
    private readonly first: number, private readonly result: DistilledImages, private readonly start: number) {
    this.count = Math.min(options.batchSize ?? 16, options.images - first);
    this.ended = new Array<boolean>(this.count).fill(false);
  }

  async run(): Promise<void> {
    const { iterations, learningRate, schedule, until, signal = cellSignal() } = this.options;
    const adam = new ImageAdam(this.noise());
    const rates = this.ended.map(() => schedule(iterations));
    const stop = until?.(this.detector);
    try {
      for (let iteration = 0; iteration <= iterations; iteration++) {
        const { value, gradient } = this.objective.lossGradient(adam.x);
        const parts = value.dataSync() as Float32Array, finite = isFiniteEverywhere(gradient);
        value.dispose();
        const width = parts.length / this.count;
        const losses = this.ended.map((_, k) => sum(parts.subarray(k * width, (k + 1) * width)));
        if (!finite || !losses.every(Number.isFinite)) this.fail(iteration, adam, gradient);
        this.note(iteration, parts);
        if (stop) this.end(iteration, stop({ iteration, losses, images: adam.x }));
        const last = iteration === iterations || this.ended.every(Boolean);
        if (!last) adam.step(gradient, rates.map((rate, k) => (this.ended[k] ? 0 : learningRate * rate(iteration, losses[k]))));
        gradient.dispose();
        this.keepSnapshots(iteration + 1, last ? iterations : iteration + 1, adam.x);
        this.report(last ? iterations : iteration + 1, sum(losses) / this.count);
        if (signal?.aborted) throw new AbortError("distill: stopped on request");
        if (last) {
          for (let later = iteration + 1; later <= iterations; later++) this.note(later, parts);
          break;
        }
        await new Promise(setImmediate);
      }
      this.result.images.set(adam.x.dataSync(), this.first * this.imageSize);
    } finally {
      adam.dispose();
    }
  }

  private get imageSize(): number {
    const [height, width] = this.options.imageShape;
    return height * width * 3;
  }

  private noise(): tf.Tensor4D {
    const { imageShape, seed, firstImage = 0, start = "normal" } = this.options;
    const values = new Float32Array(this.count * this.imageSize);
    for (let k = 0; k < this.count; k++) values.set(startNoise(start, seed, firstImage + this.first + k, this.imageSize), k * this.imageSize);
    return tf.tensor4d(values, [this.count, ...imageShape, 3]);
  }

  // parts: [count, parts]
  private note(iteration: number, parts: ArrayLike<number>): void {
    const { history, parts: histories, shape: [images] } = this.result;
    const names = this.options.loss.parts;
    for (let k = 0; k < parts.length; k++) {
      history[iteration] += parts[k] / images;
      histories[names[k % names.length]][iteration] += parts[k] / images;
    }
  }

  private end(iteration: number, which: readonly boolean[]): void {
    which.forEach((ends, k) => {
      if (!ends || this.ended[k]) return;
      this.ended[k] = true;
      this.result.taken[this.first + k] = iteration;
    });
  }

  // snapshots asked for in [from, to] show what the images are now
  private keepSnapshots(from: number, to: number, x: tf.Tensor4D): void {
    for (const [iteration, images] of this.result.snapshots) if (iteration >= from && iteration <= to) images.set(x.dataSync(), this.first * this.imageSize);
  }

  private report(iteration: number, loss: number): void {
    const { images, iterations, onProgress } = this.options;
    const done = this.first * iterations + this.count * iteration, total = images * iterations;
    onProgress?.({ done, total, loss, secondsLeft: done ? ((performance.now() - this.start) / 1000 / done) * (total - done) : null });
  }

  private fail(iteration: number, adam: ImageAdam, gradient: tf.Tensor4D): never {
    gradient.dispose();
    const place = this.objective.firstInvalid(adam.x) ?? "the loss";
    const { firstImage = 0 } = this.options;
    const good = isFiniteEverywhere(adam.x) && this.objective.firstInvalid(adam.x) === null ? adam.x : adam.previous;
    throw new NotFiniteError(iteration, place, firstImage + this.first, good.dataSync() as Float32Array);
  }
}

class AbortError extends Error {
  override readonly name = "AbortError";
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

