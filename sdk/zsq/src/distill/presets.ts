import { meanLoss, meanStdLoss, type StatisticsLoss } from "./losses";
import { constant, stepsAt20And75, type DistillSchedule } from "./schedule";

/** A published way to distil: loss, learning rate and its schedule. */
export interface DistillPreset {
  loss: StatisticsLoss;
  learningRate: number;
  schedule: DistillSchedule;
}

/**
 * The two recipes of the study "Infrared Domain Adaptation with Zero-Shot Quantization" (section 3.2): Adam, learning
 * rate 0.1, images from N(0, 1), each on its own.
 *
 * Deviation: the study leaves "the other hyper-parameters as in ZeroQ", whose pseudo-layer on the input (mean 0, standard
 * deviation 1) is not part of its Eq. 2 and is left out here.
 */
export const distillPresets = {
  "paper-mean": { loss: meanLoss, learningRate: 0.1, schedule: constant },
  "paper-mean-std": { loss: meanStdLoss, learningRate: 0.1, schedule: stepsAt20And75 },
} satisfies Record<string, DistillPreset>;

export type DistillPresetName = keyof typeof distillPresets;
