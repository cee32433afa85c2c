import type { CocoJson } from "../datasets/coco-json";
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
  /** only the first so many images count; default all */
  readonly limit?: number;
}

/**
 * A task that estimates mAP over images and seeds: { [set]: Estimate }.
 *
 * - **detections** – key of an evaluation for each seed; the same key may come again
 */
export const summarizeTask = (name: string, { sets, resamples, seed, limit }: SummarizeParameters, dataset: FileInput, detections: readonly string[]): Task => ({
  kind: "summarize", name, parameters: { sets, resamples, seed, ...(limit !== undefined && { limit }) },
  inputs: { dataset, ...Object.fromEntries(detections.map((result, k) => [`seed${k}`, { result }])) },
});

/** See summarizeTask. */
export const summarizeKind: TaskKind<SummarizeParameters> = {
  version: 1,
  code: () => codeFingerprint(["tensor", "datasets", "evaluate", "../../coco-eval-ts/dist", ...["summarize-task", "bootstrap-map", "packed-detections"].map((name) => `study/${name}.js`)]),
  cost: ({ sets, resamples }) => 1 + sets.length * resamples * 0.0066,
  run({ sets, resamples, seed, limit }, { paths: { dataset: path, ...results }, onProgress }) {
    const dataset = openDataset(path), groundTruth = limit === undefined ? dataset.groundTruth : firstImages(dataset.groundTruth, limit);
    const stored = Object.values(results).map((result) => readSafetensors(result).tensors);
    const value: Record<string, Estimate> = {};
    sets.forEach((set, k) => {
      const detections = stored.map((tensors) => cocoDetections(unpackDetections(tensors.get(set)!), dataset));
      value[set] = bootstrapMap(groundTruth, detections, { resamples, seed });
      onProgress((k + 1) / sets.length);
    });
    return Promise.resolve({ value: value as unknown as Record<string, never> });
  },
};

// the annotations of the first so many images
function firstImages(coco: CocoJson, limit: number): CocoJson {
  const images = coco.images.slice(0, limit), ids = new Set(images.map(({ id }) => id));
  return { ...coco, images, annotations: coco.annotations.filter(({ image_id }) => ids.has(image_id)) };
}
