import type { Exercise } from "./exercise";
import { affineExercises } from "./exercises/affine";
import { calibrationExercises } from "./exercises/calibration";
import { distillationExercises } from "./exercises/distillation";
import { lowBitExercises } from "./exercises/low-bits";
import { metricsExercises } from "./exercises/metrics";
import { zeroShotExercises } from "./exercises/zero-shot";

/** The exercises of each chapter, by the name of its notebook. */
export const chapters = {
  "01-affine-quantization": affineExercises,
  "02-calibration": calibrationExercises,
  "03-distillation": distillationExercises,
  "04-detection-metrics": metricsExercises,
  "05-zero-shot": zeroShotExercises,
  "06-low-bits": lowBitExercises,
} as const satisfies Record<string, readonly Exercise[]>;

export type ChapterName = keyof typeof chapters;
