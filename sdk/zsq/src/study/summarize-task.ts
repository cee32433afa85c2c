import { openDataset } from "../datasets/image-dataset";
import { cocoDetections } from "../evaluate/coco-detections";
import { readSafetensors } from "../weights/safetensors";
import { bootstrapMap } from "./bootstrap-map";
import { codeFingerprint } from "./code-fingerprint";
import type { Estimate } from "./comparison";
import { unpackDetections } from "./packed-detections";
import type { FileInput, Task, TaskKind } from "./task";

/** What determines a summary, besides the detections. */
export interface SummarizeParameters {
  /** names of the detections to be summarized, each over all inputs */
  readonly sets: readonly string[];
  readonly resamples: number;
  readonly seed: number;
}

/**
 * A task that estimates mAP over images and seeds: { [set]: Estimate }.
 *
 * - **detections** – key of an evaluation for each seed; the same key may come again
 */
export const summarizeTask = (name: string, { sets, resamples, seed }: SummarizeParameters, dataset: FileInput, detections: readonly string[]): Task => ({
  kind: "summarize", name, parameters: { sets, resamples, seed },
  inputs: { dataset, ...Object.fromEntries(detections.map((result, k) => [`seed${k}`, { result }])) },
});

/** See summarizeTask. */
export const summarizeKind: TaskKind<SummarizeParameters> = {
  version: 1,
  code: () => codeFingerprint(["tensor", "datasets", "evaluate", "../../coco-eval-ts/dist", ...["summarize-task", "bootstrap-map", "packed-detections"].map((name) => `study/${name}.js`)]),
  cost: ({ sets, resamples }) => 1 + sets.length * resamples * 0.0066,
  run({ sets, resamples, seed }, { paths: { dataset: path, ...results }, onProgress }) {
    const dataset = openDataset(path);
    const stored = Object.values(results).map((result) => readSafetensors(result).tensors);
    const value: Record<string, Estimate> = {};
    sets.forEach((set, k) => {
      const detections = stored.map((tensors) => cocoDetections(unpackDetections(tensors.get(set)!), dataset));
      value[set] = bootstrapMap(dataset.groundTruth, detections, { resamples, seed });
      onProgress((k + 1) / sets.length);
    });
    return Promise.resolve({ value: value as unknown as Record<string, never> });
  },
};
