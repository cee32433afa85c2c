import * as tf from "@tensorflow/tfjs-node-gpu";
import { roomLike, type Pixels } from "../datasets/decode-image";
import { normalizeImages } from "../datasets/normalize";
import { fitImages, scaleBoxes } from "../evaluate/transform";
import { Architecture } from "../nn/architecture";
import { Detector } from "../nn/detector";
import { Random } from "../tensor/random";
import { randomView, viewImages, viewTargets, type Augmentation } from "./augment";
import { createOptimizer, type Optimizer, type OptimizerOptions } from "./optimizer";
import { ParameterVector } from "./parameter-vector";
import { cycleOf, learningRateAt, type Cycle, type Schedule } from "./schedule";
import type { ImageTargets } from "./targets";
import { trainingStep, type TrainingStep } from "./training-step";

/** Images of one size with their ground truth. */
export interface TrainingData {
  count: number;
  height: number;
  width: number;
  /** [count, height, width, 3], 0 to 255; or a function that gives those of some images, for sets too large for memory */
  pixels: Pixels | ((images: readonly number[]) => Promise<Pixels>);
  targets: readonly ImageTargets[];
}

export interface TrainerOptions {
  optimizer: OptimizerOptions;
  schedule: Schedule;
  epochs: number;
  batchSize: number;
  /** gradients longer than this are shortened to it; default: none */
  clipNorm?: number;
  /** default: images are only mirrored, each with probability one half */
  augmentation?: Augmentation;
  seed: number;
  /** what runs for each batch; defaults to trainingStep. Its own state, if any, is not among state() */
  trainingStep?: TrainingStep;
}

/** Weight of the newest batch in the running statistics, as torch's BatchNorm2d. */
const BATCH_NORM_MOMENTUM = 0.1;

/**
 * Trains all parameters of a detector. Everything random depends on (seed, step) alone, so that a trainer restored from
 * `state()` goes on exactly as if it had never stopped (on the same machine with the same number of threads).
 */
export class Trainer {
  step = 0;
  readonly steps: number;
  private readonly parameters: ParameterVector;
  private readonly buffers: ParameterVector;
  private optimizer: Optimizer;
  private parameterValues: tf.Tensor1D;
  private bufferValues: tf.Tensor1D;

  constructor(private readonly start: Detector, private readonly data: TrainingData, private readonly options: TrainerOptions) {
    const { parameters, buffers } = new Architecture(start.config);
    this.parameters = new ParameterVector(parameters);
    this.buffers = new ParameterVector(buffers);
    this.parameterValues = this.parameters.pack(start.weights);
    this.bufferValues = this.buffers.pack(start.weights);
    this.optimizer = this.newOptimizer();
    this.steps = Math.floor(this.stepsPerEpoch * options.epochs);
  }

  get stepsPerEpoch(): number {
    return Math.floor(this.data.count / this.options.batchSize);
  }

  /** One step, images resized as the config says; returns the losses of its batch. Throws if the loss or a gradient is not finite, leaving the parameters as they were. */
  async trainStep(): Promise<{ classification: number; box: number }> {
    const { images, targets } = this.fit(await this.batch(this.step));
    const weights = this.parameters.unpack(this.parameterValues);
    const { loss, gradients, batchStatistics } = (this.options.trainingStep ?? trainingStep)(this.start.config, weights, images, targets);
    const gradient = this.parameters.pack(gradients);
    const statistics = tf.tidy(() => this.buffers.pack(runningNames(batchStatistics)));
    tf.dispose([images, ...weights.values(), ...gradients.values(), ...[...batchStatistics.values()].flatMap(({ mean, variance }) => [mean, variance])]);
    try {
      this.update(gradient, statistics, loss);
    } finally {
      tf.dispose([gradient, statistics]);
    }
    this.step++;
    return loss;
  }

  /** The detector as trained so far; the caller disposes it. */
  detector(): Detector {
    return new Detector(this.start.config, new Map([...this.parameters.unpack(this.parameterValues), ...this.buffers.unpack(this.bufferValues)]));
  }

  /** Everything that changes, for a checkpoint; the tensors stay the trainer's. */
  state(): Map<string, tf.Tensor1D> {
    const optimizer = [...this.optimizer.state].map(([name, tensor]): [string, tf.Tensor1D] => [`optimizer.${name}`, tensor]);
    return new Map([["parameters", this.parameterValues], ["buffers", this.bufferValues], ...optimizer]);
  }

  /** Continues from the state after `step` steps; the trainer takes the tensors over. */
  restore(state: ReadonlyMap<string, tf.Tensor1D>, step: number): void {
    const take = (name: string, old: tf.Tensor1D): tf.Tensor1D => {
      const tensor = state.get(name);
      if (!tensor || tensor.size !== old.size) throw new Error(`restore: invalid training state: ${name} has ${tensor?.size ?? 0} values; expected ${old.size}`);
      old.dispose();
      return tensor;
    };
    this.parameterValues = take("parameters", this.parameterValues);
    this.bufferValues = take("buffers", this.bufferValues);
    for (const [name, tensor] of this.optimizer.state) this.optimizer.state.set(name, take(`optimizer.${name}`, tensor));
    this.step = step;
  }

  dispose(): void {
    tf.dispose([this.parameterValues, this.bufferValues]);
    this.optimizer.dispose();
  }

  private newOptimizer(): Optimizer {
    const { optimizer } = this.options;
    return createOptimizer(optimizer, this.parameters.mask((_, shape) => optimizer.decay === "all" || shape.length > 1));
  }

  private renewOptimizer(): void {
    this.optimizer.dispose();
    this.optimizer = this.newOptimizer();
  }

  private get cycle(): Cycle {
    return cycleOf(this.options.schedule, this.step, this.stepsPerEpoch, this.steps);
  }

  private update(gradient: tf.Tensor1D, statistics: tf.Tensor1D, loss: { classification: number; box: number }): void {
    const norm = tf.tidy(() => gradient.square().sum().sqrt().dataSync()[0]);
    if (!Number.isFinite(norm + loss.classification + loss.box)) {
      throw new Error(`trainStep: invalid loss at step ${this.step}: ${loss.classification} + ${loss.box}, gradient norm ${norm}; expected finite values; try a smaller learning rate`);
    }
    const clipped = gradient.mul(Math.min(1, (this.options.clipNorm ?? Infinity) / Math.max(norm, 1e-12))) as tf.Tensor1D;
    const { first, end, learningRate } = this.cycle;
    if (this.step === first) this.renewOptimizer();
    const updated = this.optimizer.step(this.parameterValues, clipped, learningRateAt({ ...this.options.schedule, learningRate }, this.step - first, end - first));
    const running = tf.tidy(() => this.bufferValues.mul(1 - BATCH_NORM_MOMENTUM).add(statistics.mul(BATCH_NORM_MOMENTUM)) as tf.Tensor1D);
    tf.dispose([clipped, this.parameterValues, this.bufferValues]);
    this.parameterValues = updated;
    this.bufferValues = running;
  }

  // the images of a step, each in a view of its own
  private async batch(step: number): Promise<TrainingBatch> {
    const { height, width, targets } = this.data;
    const { batchSize, seed, augmentation } = this.options;
    const order = new Random(seed, Math.floor(step / this.stepsPerEpoch)).permutation(this.data.count);
    const chosen = Array.from(order.subarray((step % this.stepsPerEpoch) * batchSize).subarray(0, batchSize));
    const random = new Random(seed + 1, step);
    const { first, end } = this.cycle;
    const varied = augmentation && step - first < augmentation.until * (end - first) ? augmentation : undefined;
    const views = chosen.map(() => randomView(random, [height, width], varied));
    const images = normalizeImages(await this.pixelsOf(chosen), [batchSize, height, width, 3], this.start.config.image);
    const viewed = viewImages(images, views);
    images.dispose();
    return { images: viewed, targets: views.map((view, k) => viewTargets(targets[chosen[k]], view, [height, width])) };
  }

  private async pixelsOf(images: readonly number[]): Promise<Pixels> {
    const { pixels, height, width } = this.data;
    if (typeof pixels === "function") return pixels(images);
    const size = height * width * 3, copy = roomLike(pixels, images.length * size);
    images.forEach((image, k) => copy.set(pixels.subarray(image * size, (image + 1) * size), k * size));
    return copy;
  }

  private fit({ images, targets }: TrainingBatch): TrainingBatch {
    const { resize } = this.start.config.image;
    if (!resize) return { images, targets };
    const { batch, shape } = fitImages(images, resize);
    images.dispose();
    return {
      images: batch,
      targets: targets.map(({ boxes, labels }) => {
        const scaled = boxes.slice();
        scaleBoxes(scaled, [this.data.height, this.data.width], shape);
        return { boxes: scaled, labels };
      }),
    };
  }
}

interface TrainingBatch { images: tf.Tensor4D; targets: ImageTargets[] }

function runningNames(statistics: StepStatistics): Map<string, tf.Tensor> {
  return new Map([...statistics].flatMap(([name, { mean, variance }]): [string, tf.Tensor][] => [[`${name}.running_mean`, mean], [`${name}.running_var`, variance]]));
}
type StepStatistics = Map<string, { mean: tf.Tensor1D; variance: tf.Tensor1D }>;
