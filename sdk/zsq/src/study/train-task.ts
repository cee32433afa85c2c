import { readFileSync, rmSync } from "node:fs";
import { openDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import { retinaNetEmbedded } from "../nn/config";
import type { Detector } from "../nn/detector";
import { initializeDetector, withNewClassifier } from "../train/initialize";
import { embeddedRecipes, paperRecipe, type Recipe } from "../train/recipe";
import { forTrial, trainFrom, type TrainingFacts } from "../train/train-detector";
import { writeFileAtomic } from "../weights/atomic-write";
import { cardPath, type CheckpointCard } from "../weights/checkpoint-card";
import { checkpointContents, loadDetectorAlone } from "../weights/checkpoint";
import { sha256OfFile } from "../weights/checksum";
import type { ResultCache } from "./cache";
import type { Json } from "./canonical-json";
import { codeFingerprint } from "./code-fingerprint";
import type { FileInput, ResultInput, Task, TaskKind } from "./task";

/** What determines a trained detector, besides its inputs. */
export interface TrainParameters {
  /** "visible" starts from random weights; the others from a detector with a new classification output: "paper" of four classes */
  readonly recipe: "visible" | "thermal" | "paper";
  readonly seed: number;
  /** fewer than the recipe's, for trials */
  readonly epochs?: number;
  /** smaller than the recipe's, for trials */
  readonly batchSize?: number;
}

/** Inputs of a training: data sets, and where it starts: a checkpoint or the result of another training. */
export interface TrainInputs {
  train: FileInput;
  val: FileInput;
  start?: FileInput | ResultInput;
}

/** The JSON value of the task: what a card says, without the time that it took. */
export interface TrainValue extends TrainingFacts {
  /** COCO mAP on the validation set */
  map: number;
}

const RECIPES: Readonly<Record<TrainParameters["recipe"], Recipe>> = { ...embeddedRecipes, paper: paperRecipe };
/** Background, person, car, bicycle. */
const PAPER_CLASSES = 4;
/** Steps between two writes of the state: what a kill may cost. */
const SAVE_EVERY = 50;

/**
 * A task that trains a detector, one thread, and evaluates it. The file of its arrays is a checkpoint as saveCheckpoint
 * writes it. A killed training goes on from its state, and gives the bytes of an undisturbed one.
 */
export const trainTask = (name: string, parameters: TrainParameters, inputs: TrainInputs): Task => ({ kind: "train", name, parameters: { ...parameters }, inputs: { ...inputs } });

/** See trainTask. */
export const trainKind: TaskKind<TrainParameters> = {
  version: 1,
  code: () => codeFingerprint(["tensor", "nn", "weights", "datasets", "evaluate", "train", "../../coco-eval-ts/dist", "study/train-task.js"]),
  cost: ({ recipe, epochs = RECIPES[recipe].epochs }) => 2 + epochs * (recipe === "paper" ? 8000 : 250),
  memory: ({ recipe }) => (recipe === "paper" ? 12 : 2) * 2 ** 30,
  async run({ recipe: name, seed, epochs, batchSize }, { paths, stateFile, onProgress }) {
    const recipe = forTrial(RECIPES[name], { seed, epochs, batchSize }), start = startOf(name, seed, paths.start);
    const { detector, facts } = await trainFrom({
      start, recipe, seed, train: paths.train, val: paths.val, stateFile, saveEvery: SAVE_EVERY,
      identity: { recipe: name, start: name === "visible" ? "random" : sha256OfFile(paths.start) }, onProgress: ({ step, steps }) => onProgress((0.98 * step) / steps),
    });
    try {
      const { map } = await evaluateMap(detector, openDataset(paths.val));
      const value: TrainValue = { ...facts, map };
      return { value: value as unknown as Json, ...checkpointContents(detector) };
    } finally {
      detector.dispose();
    }
  },
};

/** Writes what a training gave as a checkpoint with its card. Throws if its result is not in the cache. */
export function saveTrained(path: string, cache: ResultCache, key: string, card: Record<string, unknown>): CheckpointCard {
  const result = cache.read(key);
  if (!result) throw new Error(`saveTrained: missing result: ${key}; expected it in the cache ${cache.folder}`);
  rmSync(cardPath(path), { force: true });
  writeFileAtomic(path, readFileSync(cache.tensorPath(key)));
  const whole: CheckpointCard = { ...card, ...(result.value as unknown as TrainValue), sha256: sha256OfFile(path) };
  writeFileAtomic(cardPath(path), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

function startOf(recipe: TrainParameters["recipe"], seed: number, path: string | undefined): Detector {
  if (recipe === "visible") return initializeDetector(retinaNetEmbedded(), seed);
  if (path === undefined) throw new Error(`train: missing start of recipe ${recipe}: undefined; expected a checkpoint or the result of a training`);
  const before = loadDetectorAlone(path);
  try {
    return withNewClassifier(before, seed, recipe === "paper" ? PAPER_CLASSES : undefined);
  } finally {
    before.dispose();
  }
}
