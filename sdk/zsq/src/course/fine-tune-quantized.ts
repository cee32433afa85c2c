import type { ImageDataset } from "../datasets/image-dataset";
import type { Detector } from "../nn/detector";
import type { Calibration } from "../quantize/calibrate";
import { quantizeDetector, type QuantizedDetector } from "../quantize/quantized-detector";
import type { Scheme } from "../quantize/scheme";
import { independentImages } from "../study/calibration-images";
import type { TasksProgress } from "../study/progress";
import { breathe, cellSignal } from "../tensor/cell-signal";
import { QuantizationAware } from "../train/quantization-aware";
import { Trainer } from "../train/trainer";

export interface FineTuneOptions {
  calibration: Calibration;
  scheme: Scheme;
  /** labelled images, a random frame of as many clips */
  images: number;
  /** steps of 8 images */
  steps: number;
  /** of AdamW, falling to 0 along half a cosine; defaults to 5e-4 */
  learningRate?: number;
  /** about how much the ends of the ranges move in a step, as a part of the range; defaults to 0.005 */
  rangeRate?: number;
  seed: number;
  onProgress?: (progress: TasksProgress) => void;
}

/** A detector after quantization-aware training. */
export interface FineTuned {
  /** quantized as it was trained; the caller disposes it, before `detector` */
  quantized: QuantizedDetector;
  /** its float weights; the caller disposes it */
  detector: Detector;
  /** classification and box loss of each step's images, added */
  losses: number[];
}

const BATCH = 8;

/**
 * A short quantization-aware training on labelled images: enough to see what it repairs. The detector given stays as it is.
 *
 * Throws if the data set has fewer clips than images, or a loss is not finite.
 */
export async function fineTuneQuantized(start: Detector, train: ImageDataset, { calibration, scheme, images, steps, learningRate = 5e-4, rangeRate = 0.005, seed, onProgress }: FineTuneOptions): Promise<FineTuned> {
  const { pixels, shape: [count, height, width], objects: targets } = await train.load(independentImages(train, images, seed));
  const aware = new QuantizationAware(start.config, { calibration, scheme, rangeRate });
  const trainer = new Trainer(start, { count, height, width, pixels, targets }, {
    optimizer: { kind: "adamw", weightDecay: 0 }, schedule: { learningRate, warmUp: Math.min(5, steps), decay: "cosine" }, epochs: steps / Math.floor(count / BATCH), batchSize: BATCH, clipNorm: 5, seed, trainingStep: aware.step,
  });
  const losses: number[] = [], began = performance.now(), signal = cellSignal();
  try {
    while (trainer.step < trainer.steps) {
      const { classification, box } = await trainer.trainStep(), done = losses.push(classification + box);
      onProgress?.({ done, total: trainer.steps, task: "training", secondsLeft: ((performance.now() - began) / 1000 / done) * (trainer.steps - done) });
      await breathe("fineTuneQuantized", signal);
    }
    const detector = trainer.detector();
    return { quantized: quantizeDetector(detector, aware.calibration(), scheme), detector, losses };
  } finally {
    trainer.dispose();
  }
}
