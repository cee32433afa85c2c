import type * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector, Predictor } from "../nn/detector";
import { calibrate } from "../quantize/calibrate";
import { quantizeDynamically } from "../quantize/dynamic";
import type { Evaluate } from "../quantize/insight/subsets";
import { quantizeDetector } from "../quantize/quantized-detector";
import { precisionName, type Scheme } from "../quantize/scheme";
import { breathe, cellSignal } from "../tensor/cell-signal";
import { QuantizationAware } from "../train/quantization-aware";
import { Trainer, type TrainingData } from "../train/trainer";

export interface QuantizationWaysOptions {
  /** what is compared at, such as scheme("W8A8"); of what enters convolutions, batch norms apart */
  schemes: readonly Scheme[];
  /** a figure of merit, the higher the better, such as mAP */
  evaluate: Evaluate;
  /** labelled images for quantization-aware training; default: it is left out */
  training?: TrainingData;
  /** of training; defaults to 100 */
  steps?: number;
  /** images per step; defaults to 8 */
  batchSize?: number;
  /** defaults to 1e-4, with AdamW and a cosine decay */
  learningRate?: number;
  /** of the order of training images; defaults to 1 */
  seed?: number;
  /** called before each row is computed */
  onProgress?: (done: number, rows: number, what: string) => void;
}

/** One way of quantization: static by calibration, dynamic by each image, or trained with ranges fixed or learned. */
export interface QuantizationWay {
  way: "full precision" | "static" | "dynamic" | "trained, ranges fixed" | "trained, ranges learned";
  precision: string;
  value: number;
  /** how much lower than in full precision */
  loss: number;
  /** what it needs: nothing, images to calibrate with, or labelled images */
  needs: "nothing" | "images" | "labels";
}

const RANGE_RATE = 0.02;

/**
 * The three ways of quantization in one table: static, dynamic, and trained, the last with fixed and with learned ranges.
 *
 * - **images** – to calibrate with, normalized [n, h, w, 3]; not disposed
 *
 * Returns full precision, then the ways of each scheme. The detector stays as it was.
 * Throws if a scheme is one that dynamic quantization or training does not support.
 */
export async function quantizationWays(detector: Detector, images: tf.Tensor4D, options: QuantizationWaysOptions): Promise<QuantizationWay[]> {
  const { schemes, evaluate, training, onProgress } = options, rows: QuantizationWay[] = [], perScheme = training ? 4 : 2, total = 1 + perScheme * schemes.length;
  const add = async (way: QuantizationWay["way"], precision: string, needs: QuantizationWay["needs"], make: () => Promise<Owned> | Owned): Promise<void> => {
    onProgress?.(rows.length, total, `${precision} ${way}`);
    const { predictor, dispose } = await make();
    try {
      const value = await evaluate(predictor);
      rows.push({ way, precision, value, loss: rows.length ? rows[0].value - value : 0, needs });
    } finally {
      dispose();
    }
  };
  await add("full precision", "W32A32", "nothing", () => ({ predictor: detector, dispose: () => undefined }));
  for (const scheme of schemes) {
    const precision = precisionName(scheme);
    await add("static", precision, "images", () => owned(quantizeDetector(detector, calibrate(detector, images, scheme.activations), scheme)));
    await add("dynamic", precision, "nothing", () => owned(quantizeDynamically(detector, scheme)));
    if (!training) continue;
    await add("trained, ranges fixed", precision, "labels", () => trained(detector, images, scheme, training, options, 0));
    await add("trained, ranges learned", precision, "labels", () => trained(detector, images, scheme, training, options, RANGE_RATE));
  }
  return rows;
}

interface Owned { predictor: Predictor; dispose: () => void }

const owned = (predictor: Predictor & { dispose(): void }): Owned => ({ predictor, dispose: () => predictor.dispose() });

async function trained(detector: Detector, images: tf.Tensor4D, scheme: Scheme, data: TrainingData, { steps = 100, batchSize = 8, learningRate = 1e-4, seed = 1 }: QuantizationWaysOptions, rangeRate: number): Promise<Owned> {
  const calibration = calibrate(detector, images, scheme.activations), aware = new QuantizationAware(detector.config, { calibration, scheme, rangeRate });
  const epochs = steps / Math.floor(data.count / batchSize), signal = cellSignal();
  const trainer = new Trainer(detector, data, { optimizer: { kind: "adamw", weightDecay: 0 }, schedule: { learningRate, warmUp: Math.min(10, steps), decay: "cosine" }, epochs, batchSize, clipNorm: 5, seed, trainingStep: aware.step });
  try {
    while (trainer.step < trainer.steps) {
      await trainer.trainStep();
      await breathe("quantizationWays", signal);
    }
    const result = trainer.detector();
    try {
      const quantized = quantizeDetector(result, aware.calibration(), scheme);
      return { predictor: quantized, dispose: () => [quantized, result].forEach((each) => each.dispose()) };
    } catch (error) {
      result.dispose();
      throw error;
    }
  } finally {
    trainer.dispose();
  }
}
