import * as tf from "@tensorflow/tfjs-node-gpu";
import { distill, type DistilledImages } from "../distill/distill";
import { statisticsDistance, type StatisticsDistance } from "../distill/statistics-distance";
import { distillPresets, type DistillPresetName } from "../distill/presets";
import { stopRules, type StopRuleName } from "../distill/stop-rules";
import type { Detector } from "../nn/detector";
import { loadDetector } from "../weights/checkpoint";
import { noiseImages } from "./calibration-images";
import { codeFingerprint } from "./code-fingerprint";
import { snapshotName } from "./snapshot";
import type { FileInput, Task, TaskKind } from "./task";

/** What determines distilled images, besides the checkpoint. */
export interface DistillParameters {
  readonly preset: DistillPresetName;
  readonly images: number;
  /** [height, width] */
  readonly imageShape: readonly [number, number];
  /** iterations whose images are kept, rising; the last ends the distillation */
  readonly snapshots: readonly number[];
  readonly seed: number;
  /** number of the first image of the seed */
  readonly firstImage: number;
  /** images that run together, which bounds memory; default 16 */
  readonly batchSize?: number;
  /** ends images early: see stopRules; by default no image ends early */
  readonly until?: StopRuleName;
}

/** The JSON value of the task: how far the images are from the stored statistics at each snapshot, in their order. */
export interface DistillValue {
  distances: StatisticsDistance[];
  /** mean loss by iteration */
  history: number[];
  /** iterations that each image took */
  taken: number[];
}

/** A task that distils images from a checkpoint: normalized images [n, h, w, 3] by snapshotName, and a DistillValue. */
export const distillTask = (name: string, { snapshots, imageShape, ...parameters }: DistillParameters, checkpoint: FileInput): Task =>
  ({ kind: "distill", name, parameters: { ...parameters, snapshots: [...snapshots], imageShape: [...imageShape] }, inputs: { checkpoint } });

/** See distillTask. */
export const distillKind: TaskKind<DistillParameters> = {
  version: 2,
  code: () => codeFingerprint(["tensor", "nn", "weights", "distill", ...["distill-task", "calibration-images", "snapshot"].map((name) => `study/${name}.js`)]),
  cost: ({ images, snapshots, imageShape: [height, width] }) => 2 + 0.015 * images * Math.max(...snapshots) * ((height * width) / (128 * 160)),
  async run({ preset, snapshots, until, ...counts }, { paths, onProgress }) {
    const detector = loadDetector(paths.checkpoint);
    try {
      const report = ({ done, total }: { done: number; total: number }): void => onProgress(done / total);
      const distilled = await distill(detector, { ...distillPresets[preset], ...counts, iterations: Math.max(...snapshots), snapshots: snapshots.filter((i) => i > 0), ...(until && { until: stopRules[until] }), onProgress: report });
      const kept = snapshots.map((i) => (i === 0 ? noiseImages(counts.images, counts.imageShape, counts.seed, counts.firstImage) : distilled.snapshots.get(i)!));
      const value: DistillValue = { distances: kept.map((images) => distanceOf(detector, images, distilled.shape, counts.batchSize)), history: distilled.history, taken: distilled.taken };
      return { value: value as unknown as Record<string, never>, tensors: new Map(kept.map((data, k) => [snapshotName(snapshots[k]), { shape: distilled.shape, data }])) };
    } finally {
      detector.dispose();
    }
  },
};

function distanceOf(detector: Detector, images: Float32Array, shape: DistilledImages["shape"], batchSize?: number): StatisticsDistance {
  const x = tf.tensor4d(images, shape);
  try {
    return statisticsDistance(detector, x, batchSize);
  } finally {
    x.dispose();
  }
}
