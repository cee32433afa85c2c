import { evaluate } from "coco-eval-ts";
import { openDataset } from "../datasets/image-dataset";
import { cocoDetections } from "../evaluate/coco-detections";
import { readSafetensors } from "../weights/safetensors";
import { codeFingerprint } from "./code-fingerprint";
import { unpackDetections } from "./packed-detections";
import type { FileInput, Task, TaskKind } from "./task";

/** What determines the scores of detections, besides them. */
export interface ScoreParameters {
  /** names of the detections to be scored, each of all inputs */
  readonly sets: readonly string[];
  /** only the first so many images count */
  readonly limit: number;
}

/** The JSON value of the task: mAP of each set's detections, a number for each input in their order. */
export type ScoreValue = Record<string, number[]>;

/**
 * A task that measures mAP: a ScoreValue.
 *
 * - **detections** – keys of evaluations; they may hold images beyond the limit
 */
export const scoreTask = (name: string, { sets, limit }: ScoreParameters, dataset: FileInput, detections: readonly string[]): Task => ({
  kind: "score", name, parameters: { sets, limit },
  // numbered with a fixed width: inputs are kept in the order of their names
  inputs: { dataset, ...Object.fromEntries(detections.map((result, k) => [`detections${String(k).padStart(5, "0")}`, { result }])) },
});

/** See scoreTask. */
export const scoreKind: TaskKind<ScoreParameters> = {
  version: 1,
  code: () => codeFingerprint(["datasets", "evaluate", "../../coco-eval-ts/dist", ...["score-task", "packed-detections"].map((name) => `study/${name}.js`)]),
  cost: ({ sets, limit }) => 0.5 + 0.001 * sets.length * limit,
  run({ sets, limit }, { paths: { dataset: path, ...results }, onProgress }) {
    const dataset = openDataset(path);
    const imgIds = dataset.images.slice(0, limit).map(({ id }) => id);
    const inputs = Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1));
    const value: ScoreValue = Object.fromEntries(sets.map((set) => [set, []]));
    inputs.forEach(([, result], k) => {
      const { tensors } = readSafetensors(result);
      for (const set of sets) value[set].push(evaluate(dataset.groundTruth, cocoDetections(unpackDetections(tensors.get(set)!), dataset), { imgIds }).stats[0]);
      onProgress((k + 1) / inputs.length);
    });
    return Promise.resolve({ value });
  },
};
