import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
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

/** See trainDetector. */
export interface TrainDetectorOptions {
  /** where it starts; disposed on return */
  start: Detector;
  recipe: Recipe;
  seed: number;
  /** annotation files */
  train: string;
  val: string;
  /** the new checkpoint; its card lies beside it, and while training its state */
  checkpoint: string;
  /** what else determines the result, such as the checksum of the weights it started from */
  identity: object;
  /** entries of the card that the training does not know */
  card: Record<string, unknown>;
  onProgress?: (progress: TrainingProgress) => void;
  signal?: AbortSignal;
}

/**
 * Trains a detector, evaluates it on the validation images and writes its checkpoint and card. An interrupted training is
 * continued by the same call. Leaves no tensors behind.
 *
 * Throws one line if a file is missing or damaged, or on abort (the state is kept then).
 */
export async function trainDetector({ start, recipe, seed, train, val, checkpoint, identity, card, onProgress, signal }: TrainDetectorOptions): Promise<CheckpointCard> {
  let trainer: Trainer | undefined, trained: Detector | undefined;
  try {
    const training = openDataset(train), validation = openDataset(val);
    trainer = new Trainer(start, await trainingData(training), { ...recipe, seed });
    const stateFile = `${checkpoint.replace(/\.safetensors$/, "")}.training.safetensors`;
    const { steps, seconds, loss } = await runTraining(trainer, { stateFile, identity: fingerprint({ ...identity, seed, recipe, images: training.groundTruth }), onProgress, signal });
    trained = trainer.detector();
    const facts = { ...card, seed, trainingImages: training.size, validationImages: validation.size, recipe, steps, seconds: Math.round(seconds), losses: loss, parameters: trained.architecture.parameterCount };
    saveCheckpoint(checkpoint, trained, facts); // before evaluation, which may fail
    const { map } = await evaluateMap(trained, validation);
    saveCheckpoint(checkpoint, trained, { ...facts, map });
    return JSON.parse(readFileSync(cardPath(checkpoint), "utf8")) as CheckpointCard;
  } finally {
    for (const owner of [trained, trainer, start]) owner?.dispose();
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
