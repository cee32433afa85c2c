import { existsSync } from "node:fs";
import { datasetInput, fileInput } from "./dataset-input";
import type { StudyModel } from "./profiles";
import { repositoryPath } from "./repository";
import type { FileInput } from "./task";

/** Files of one model, hashed. */
export interface ModelInputs {
  checkpoint: FileInput;
  train: FileInput;
  val: FileInput;
  /** as results list them: the checkpoint and both annotation files alone */
  listed: readonly FileInput[];
}

/**
 * The files of a model as inputs of tasks.
 *
 * - **id** – of the table or figure, for errors
 *
 * Throws if a checkpoint or a data set is missing.
 */
export function hashInputs({ checkpoint, train, val }: StudyModel, id: string): ModelInputs {
  if (!existsSync(checkpoint)) throw new Error(`${id}: missing checkpoint: ${repositoryPath(checkpoint)}; expected a trained detector; try npx zsq train`);
  for (const path of [train, val]) if (!existsSync(path)) throw new Error(`${id}: missing data set: ${repositoryPath(path)}; expected COCO-format JSON with its images; try npx zsq data`);
  const weights = fileInput(checkpoint);
  return { checkpoint: weights, train: datasetInput(train), val: datasetInput(val), listed: [weights, fileInput(train), fileInput(val)] };
}

/** Seed number k of a study: those of studies with different seeds never meet. */
export const seedOf = (seed: number, k: number): number => 1000 * seed + k;
