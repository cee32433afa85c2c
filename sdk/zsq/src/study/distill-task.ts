import { distill } from "../distill/distill";
import { distillPresets, type DistillPresetName } from "../distill/presets";
import { loadDetector } from "../weights/checkpoint";
import { codeFingerprint } from "./code-fingerprint";
import type { FileInput, Task, TaskKind } from "./task";

/** What determines distilled images, besides the checkpoint. */
export interface DistillParameters {
  readonly preset: DistillPresetName;
  readonly images: number;
  /** [height, width] */
  readonly imageShape: readonly [number, number];
  readonly iterations: number;
  readonly seed: number;
}

/** A task that distils images from a checkpoint: arrays { images: [n, h, w, 3] }, normalized, and the loss by iteration. */
export const distillTask = (name: string, parameters: DistillParameters, checkpoint: FileInput): Task =>
  ({ kind: "distill", name, parameters: { ...parameters }, inputs: { checkpoint } });

/** See distillTask. */
export const distillKind: TaskKind<DistillParameters> = {
  version: 1,
  code: () => codeFingerprint(["tensor", "nn", "weights", "distill", "study/distill-task.js"]),
  cost: ({ images, iterations, imageShape: [height, width] }) => 2 + 0.033 * images * iterations * ((height * width) / (128 * 160)),
  async run({ preset, ...counts }, { paths, onProgress }) {
    const detector = loadDetector(paths.checkpoint);
    try {
      const report = ({ done, total }: { done: number; total: number }): void => onProgress(done / total);
      const { images, shape, history } = await distill(detector, { ...distillPresets[preset], ...counts, onProgress: report });
      return { value: { history }, tensors: new Map([["images", { shape, data: images }]]) };
    } finally {
      detector.dispose();
    }
  },
};
