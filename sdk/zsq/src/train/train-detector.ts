import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import type { Pixels } from "../datasets/decode-image";
import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector } from "../nn/detector";
import { saveCheckpoint } from "../weights/checkpoint";
import { cardPath, type CheckpointCard } from "../weights/checkpoint-card";
import type { Recipe } from "./recipe";
import { runTraining, type TrainingProgress } from "./run-training";
import { Trainer, type TrainingData } from "./trainer";

/** Images that are held in memory up to this many bytes; more are read as they are needed. */
const MEMORY_BYTES = 1 << 30;

/** See trainFrom. */
export interface TrainFromOptions {
  /** where it starts; disposed on return */
  start: Detector;
  recipe: Recipe;
  seed: number;
  /** annotation files */
  train: string;
  val: string;
  /** holds the state while training, and the last one when it has ended: the caller removes it */
  stateFile?: string;
  /** steps between two writes of the state; default 250 */
  saveEvery?: number;
  /** what else determines the result, such as the checksum of the weights it started from */
  identity: object;
  onProgress?: (progress: TrainingProgress) => void;
  signal?: AbortSignal;
}

/** See trainDetector. */
export interface TrainDetectorOptions extends Omit<TrainFromOptions, "stateFile" | "saveEvery"> {
  /** the new checkpoint; its card lies beside it, and while training its state */
  checkpoint: string;
  /** entries of the card that the training does not know */
  card: Record<string, unknown>;
}

/** What a card says of a training. */
export type TrainingFacts = Required<Pick<CheckpointCard, "seed" | "steps" | "losses">> & { trainingImages: number; validationImages: number; recipe: Recipe; parameters: number };

/**
 * Trains a detector; the caller disposes what came of it. An interrupted training is continued by the same call.
 *
 * Throws one line if a file is missing or damaged, or on abort (the state is kept then).
 */
export async function trainFrom({ start, recipe, seed, train, val, stateFile, saveEvery, identity, onProgress, signal }: TrainFromOptions): Promise<{ detector: Detector; facts: TrainingFacts; seconds: number }> {
  let trainer: Trainer | undefined;
  try {
    const training = openDataset(train), validation = openDataset(val);
    trainer = new Trainer(start, await trainingData(training), { ...recipe, seed });
    const { steps, seconds, loss } = await runTraining(trainer, { stateFile, keepState: true, saveEvery, identity: fingerprint({ ...identity, seed, recipe, images: training.groundTruth }), onProgress, signal });
    const detector = trainer.detector();
    return { detector, seconds, facts: { seed, trainingImages: training.size, validationImages: validation.size, recipe, steps, losses: { ...loss }, parameters: detector.architecture.parameterCount } };
  } finally {
    for (const owner of [trainer, start]) owner?.dispose();
  }
}

/**
 * Trains a detector, evaluates it on the validation images and writes its checkpoint and card. An interrupted training is
 * continued by the same call. Leaves no tensors behind.
 *
 * Throws one line if a file is missing or damaged, or on abort (the state is kept then).
 */
export async function trainDetector({ checkpoint, card, ...options }: TrainDetectorOptions): Promise<CheckpointCard> {
  const stateFile = `${checkpoint.replace(/\.safetensors$/, "")}.training.safetensors`;
  const { detector, facts: { seed, trainingImages, validationImages, recipe, steps, losses, parameters }, seconds } = await trainFrom({ ...options, stateFile });
  try {
    const facts = { ...card, seed, trainingImages, validationImages, recipe, steps, seconds: Math.round(seconds), losses, parameters };
    saveCheckpoint(checkpoint, detector, facts); // before evaluation, which may fail
    rmSync(stateFile, { force: true });
    const { map } = await evaluateMap(detector, openDataset(options.val));
    saveCheckpoint(checkpoint, detector, { ...facts, map });
    return JSON.parse(readFileSync(cardPath(checkpoint), "utf8")) as CheckpointCard;
  } finally {
    detector.dispose();
  }
}

/** The recipe with fewer epochs or smaller batches, for trials. Throws if a number is out of range. */
export function forTrial(recipe: Recipe, { seed, epochs = recipe.epochs, batchSize = recipe.batchSize }: { seed: number; epochs?: number; batchSize?: number }): Recipe {
  if (!(epochs > 0)) throw new RangeError(`train: invalid epochs: ${epochs}; expected > 0`);
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) throw new RangeError(`train: invalid batch size: ${batchSize}; expected an integer >= 1`);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`train: invalid seed: ${seed}; expected an integer >= 0`);
  return { ...recipe, epochs, batchSize };
}

async function trainingData(dataset: ImageDataset): Promise<TrainingData> {
  const [height, width] = dataset.imageShape, count = dataset.size;
  const targets = Array.from({ length: count }, (_, i) => dataset.objectsOf(i));
  const load = async (images: ArrayLike<number>): Promise<Pixels> => (await dataset.load(images)).pixels;
  const fits = count * height * width * 3 <= MEMORY_BYTES;
  return { count, height, width, targets, pixels: fits ? await load(Int32Array.from({ length: count }, (_, i) => i)) : load };
}

const fingerprint = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");
