import type * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector, Predictor } from "../nn/detector";
import { calibrate } from "../quantize/calibrate";
import { quantizeDynamically } from "../quantize/dynamic";
import type { Evaluate } from "../quantize/insight/subsets";
import { tuneStudent } from "../quantize/methods/fine-tune";
import { Student } from "../quantize/methods/student";
import { quantizeDetector } from "../quantize/quantized-detector";
import { precisionName, type Scheme } from "../quantize/scheme";
import { breathe, cellSignal } from "../tensor/cell-signal";
import { QuantizationAware } from "../train/quantization-aware";
import { learningRateAt, type Schedule } from "../train/schedule";
import { Trainer, type TrainingData } from "../train/trainer";

export interface QuantizationWaysOptions {
  /** what is compared at, such as scheme("W8A8"); of what enters convolutions, batch norms apart */
  schemes: readonly Scheme[];
  /** a figure of merit, the higher the better, such as mAP */
  evaluate: Evaluate;
  /** labelled images for quantization-aware training; default: it is left out */
  training?: TrainingData;
  /** distilled images, normalized [n, h, w, 3], not disposed: further ways that need no data; default: they are left out */
  distilled?: tf.Tensor4D;
  /** also trains towards the detector's own outputs on the real images; defaults to false */
  unlabelled?: boolean;
  /** of training; defaults to 100 */
  steps?: number;
  /** images per step; defaults to 8 */
  batchSize?: number;
  /** defaults to 5e-4, with AdamW and a cosine decay */
  learningRate?: number;
  /** of the order of training images; defaults to 1 */
  seed?: number;
  /** called before each row is computed */
  onProgress?: (done: number, rows: number, what: string) => void;
}

/** One way of quantization. */
export interface QuantizationWay {
  /** static by calibration, dynamic by each image, or quantization-aware training */
  way: "full precision" | "static" | "dynamic" | "trained";
  /** images that it was calibrated with, and trained on if it was */
  images: "real" | "distilled" | null;
  /** what it was trained towards: labels, or the class logits and boxes of the detector in full precision */
  targets: "labels" | "outputs" | null;
  /** whether the ranges of training stayed as calibrated */
  ranges: "fixed" | "learned" | null;
  precision: string;
  value: number;
  /** how much lower than in full precision */
  loss: number;
}

const RANGE_RATE = 0.005;

/**
 * The ways of quantization in one table: static, dynamic, and trained with fixed and with learned ranges; on real images
 * with labels, and on distilled ones towards what the detector in full precision says of them (knowledge distillation).
 *
 * - **images** – real ones to calibrate with, normalized [n, h, w, 3]; not disposed
 *
 * Returns full precision, where there are labels also after training as long as the quantized ones, then the ways of each
 * scheme. The detector stays as it was. Training with labels normalizes by the batch and updates the statistics of batch
 * norms; training towards outputs keeps them.
 * Throws if a scheme is one that dynamic quantization or training does not support.
 */
export async function quantizationWays(detector: Detector, images: tf.Tensor4D, options: QuantizationWaysOptions): Promise<QuantizationWay[]> {
  const { evaluate, onProgress } = options, rows: QuantizationWay[] = [], plans = plan(detector, images, options);
  for (const { make, ...described } of plans) {
    onProgress?.(rows.length, plans.length, wayName(described));
    const { predictor, dispose } = await make();
    try {
      const value = await evaluate(predictor);
      rows.push({ ...described, value, loss: rows.length ? rows[0].value - value : 0 });
    } finally {
      dispose();
    }
  }
  return rows;
}

/** Such as "W8A8 trained on distilled images towards outputs, ranges learned". */
export function wayName({ way, images, targets, ranges, precision }: Omit<QuantizationWay, "value" | "loss">): string {
  return [precision, way, images && `${targets ? "on" : "with"} ${images} images`, targets && `towards ${targets}${ranges ? `, ranges ${ranges}` : ""}`].filter(Boolean).join(" ");
}

interface Owned { predictor: Predictor; dispose: () => void }

type Plan = Omit<QuantizationWay, "value" | "loss"> & { make: () => Promise<Owned> | Owned };

function plan(detector: Detector, real: tf.Tensor4D, options: QuantizationWaysOptions): Plan[] {
  const { schemes, training, distilled, unlabelled } = options, plain = { images: null, targets: null, ranges: null };
  const plans: Plan[] = [{ ...plain, way: "full precision", precision: "W32A32", make: () => ({ predictor: detector, dispose: () => undefined }) }];
  if (training) plans.push({ ...plain, way: "trained", images: "real", targets: "labels", precision: "W32A32", make: () => trainedInFloat(detector, training, options) });
  for (const scheme of schemes) {
    const precision = precisionName(scheme), sources: ["real" | "distilled", tf.Tensor4D][] = [["real", real], ...(distilled ? [["distilled", distilled] as ["distilled", tf.Tensor4D]] : [])];
    for (const [images, x] of sources) plans.push({ ...plain, way: "static", images, precision, make: () => owned(quantizeDetector(detector, calibrate(detector, x, scheme.activations), scheme)) });
    plans.push({ ...plain, way: "dynamic", precision, make: () => owned(quantizeDynamically(detector, scheme)) });
    const trains = (images: "real" | "distilled", targets: "labels" | "outputs", make: (rangeRate: number) => Promise<Owned>): void => {
      for (const ranges of ["fixed", "learned"] as const) plans.push({ way: "trained", images, targets, ranges, precision, make: () => make(ranges === "fixed" ? 0 : RANGE_RATE) });
    };
    if (training) trains("real", "labels", (rate) => trainedByLabels(detector, real, scheme, training, options, rate));
    if (unlabelled) trains("real", "outputs", (rate) => trainedByOutputs(detector, real, scheme, options, rate));
    if (distilled) trains("distilled", "outputs", (rate) => trainedByOutputs(detector, distilled, scheme, options, rate));
  }
  return plans;
}

const owned = (predictor: Predictor & { dispose(): void }): Owned => ({ predictor, dispose: () => predictor.dispose() });

// a quantized detector and the float one that it shares tensors with
function both(float: Detector, quantize: () => Predictor & { dispose(): void }): Owned {
  try {
    const predictor = quantize();
    return { predictor, dispose: () => [predictor, float].forEach((each) => each.dispose()) };
  } catch (error) {
    float.dispose();
    throw error;
  }
}

const scheduleOf = ({ steps = 100, learningRate = 5e-4 }: QuantizationWaysOptions): Schedule => ({ learningRate, warmUp: Math.min(10, steps), decay: "cosine" });

async function trainedByLabels(detector: Detector, images: tf.Tensor4D, scheme: Scheme, data: TrainingData, options: QuantizationWaysOptions, rangeRate: number): Promise<Owned> {
  const calibration = calibrate(detector, images, scheme.activations), aware = new QuantizationAware(detector.config, { calibration, scheme, rangeRate });
  const trained = await train(detector, data, options, aware);
  return both(trained, () => quantizeDetector(trained, aware.calibration(), scheme));
}

const trainedInFloat = async (detector: Detector, data: TrainingData, options: QuantizationWaysOptions): Promise<Owned> => owned(await train(detector, data, options));

async function train(detector: Detector, data: TrainingData, options: QuantizationWaysOptions, aware?: QuantizationAware): Promise<Detector> {
  const { steps = 100, batchSize = 8, seed = 1 } = options, epochs = steps / Math.floor(data.count / batchSize), signal = cellSignal();
  const trainer = new Trainer(detector, data, { optimizer: { kind: "adamw", weightDecay: 0 }, schedule: scheduleOf(options), epochs, batchSize, clipNorm: 5, seed, ...(aware && { trainingStep: aware.step }) });
  try {
    while (trainer.step < trainer.steps) {
      await trainer.trainStep();
      await breathe("quantizationWays", signal);
    }
    return trainer.detector();
  } finally {
    trainer.dispose();
  }
}

async function trainedByOutputs(detector: Detector, images: tf.Tensor4D, scheme: Scheme, options: QuantizationWaysOptions, rangeRate: number): Promise<Owned> {
  const { steps = 100, batchSize = 8, seed = 1 } = options, schedule = scheduleOf(options);
  const student = new Student(detector, scheme, calibrate(detector, images, scheme.activations), rangeRate);
  try {
    await tuneStudent(student, detector, images, { steps, batchSize: Math.min(batchSize, images.shape[0]), seed, signal: cellSignal(), learningRate: (step) => learningRateAt(schedule, step, steps) });
    const tuned = student.detector();
    return both(tuned, () => quantizeDetector(tuned, student.ranges, scheme));
  } finally {
    student.dispose();
  }
}
