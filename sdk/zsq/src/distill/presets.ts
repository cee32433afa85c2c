import { meanLoss, meanStdLoss } from "./losses";
import type { StartNoise } from "./noise";
import type { ObjectiveOptions } from "./objective";
import { constant, plateau, stepsAt20And75, type DistillSchedule } from "./schedule";

/** A way to distil: what is minimized, from where, and how fast. */
export interface DistillPreset extends ObjectiveOptions {
  /** of Adam (beta 0.9 and 0.999, epsilon 1e-8) */
  learningRate: number;
  schedule: DistillSchedule;
  /** default "normal" */
  start?: StartNoise;
}

const ZEROQ = { loss: meanStdLoss, variance: "unbiased", epsilon: 1e-6, inputLayer: true } as const;

/**
 * Published recipes. All use Adam, all give each image statistics of its own.
 *
 * - **paper-mean**, **paper-mean-std** – "Infrared Domain Adaptation with Zero-Shot Quantization", section 3.2: Eq. 2
 *   with and without its second term, rate 0.1, from N(0, 1); with both terms divided by 5 at 20 and 75. The study leaves
 *   "the other hyper-parameters as in ZeroQ"; ZeroQ's pseudo-layer on the image is not in Eq. 2 and is left out here.
 * - **zeroq-classification** – ZeroQ's classification/distill_data.py: rate 0.5, plateau (factor 0.1, patience 100, rate at
 *   least 1e-4), both terms and the pseudo-layer divided by the images that run together; meant for 500 iterations.
 *   Deviation: the plateau is each image's own, not the batch's.
 * - **zeroq-detection** – ZeroQ's detection/tools/distill_data.py: rate 0.1, constant, every layer divided by its channels;
 *   meant for 10 iterations on one image. Deviation: its noise comes from another generator.
 *
 * Both of ZeroQ start from its nearly constant noise (see startNoise) and take unbiased deviations with epsilon 1e-6.
 */
export const distillPresets = {
  "paper-mean": { loss: meanLoss, learningRate: 0.1, schedule: constant },
  "paper-mean-std": { loss: meanStdLoss, learningRate: 0.1, schedule: stepsAt20And75 },
  "zeroq-classification": { ...ZEROQ, normalizer: "perBatch", start: "zeroq-classification", learningRate: 0.5, schedule: plateau({ smallest: 1e-4 / 0.5 }) },
  "zeroq-detection": { ...ZEROQ, normalizer: "perChannel", start: "zeroq-detection", learningRate: 0.1, schedule: constant },
} satisfies Record<string, DistillPreset>;

export type DistillPresetName = keyof typeof distillPresets;
