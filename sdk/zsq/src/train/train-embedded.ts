import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import { retinaNetEmbedded } from "../nn/config";
import type { Detector } from "../nn/detector";
import { cardPath, type CheckpointCard } from "../weights/checkpoint-card";
import { loadDetector, saveCheckpoint } from "../weights/checkpoint";
import { sha256OfFile } from "../weights/checksum";
import { initializeDetector, withNewClassifier } from "./initialize";
import { embeddedRecipes } from "./recipe";
import { runTraining, type TrainingProgress } from "./run-training";
import { Trainer, type TrainingData } from "./trainer";

export type EmbeddedDomain = keyof typeof embeddedRecipes;

export interface TrainEmbeddedOptions {
  domain: EmbeddedDomain;
  /** folder of the scenes, with <domain>/train.json and <domain>/val.json */
  data: string;
  /** folder of the checkpoints <domain>.safetensors and their cards; thermal starts from visible.safetensors in it */
  out: string;
  seed: number;
  /** fewer epochs than the recipe, for trials */
  epochs?: number;
  onProgress?: (progress: TrainingProgress) => void;
  signal?: AbortSignal;
}

/**
 * Trains one detector of the embedded profile, evaluates it on the validation images and writes its checkpoint and card.
 * An interrupted training is continued by the same call. Leaves no tensors behind.
 *
 * Throws one line if a file is missing or damaged, or on abort (the state is kept then).
 */
export async function trainEmbedded({ domain, data, out, seed, epochs, onProgress, signal }: TrainEmbeddedOptions): Promise<CheckpointCard> {
  if (epochs !== undefined && !(epochs > 0)) throw new RangeError(`train: invalid epochs: ${epochs}; expected > 0`);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`train: invalid seed: ${seed}; expected an integer >= 0`);
  const recipe = { ...embeddedRecipes[domain], ...(epochs === undefined ? {} : { epochs }) };
  const [train, val] = (["train", "val"] as const).map((split) => openDataset(join(data, domain, `${split}.json`)));
  const base = join(out, "visible.safetensors");
  const start = domain === "visible" ? initializeDetector(retinaNetEmbedded(), seed) : continueFrom(base, seed);
  const identity = fingerprint({ domain, seed, recipe, images: train.groundTruth, start: domain === "visible" ? "random" : sha256OfFile(base) });
  let trainer: Trainer | undefined, trained: Detector | undefined;
  try {
    trainer = new Trainer(start, await trainingData(train), { ...recipe, seed });
    const { steps, seconds, loss } = await runTraining(trainer, { stateFile: join(out, `${domain}.training.safetensors`), identity, onProgress, signal });
    trained = trainer.detector();
    const { map } = await evaluateMap(trained, val);
    const card = {
      model: "RetinaNet, ResNet-50 topology at a quarter of the width", domain, startedFrom: domain === "visible" ? "random weights" : "visible.safetensors, new classification output",
      seed, trainingImages: train.size, validationImages: val.size,
      recipe, steps, seconds: Math.round(seconds), losses: loss, map, parameters: trained.architecture.parameterCount,
    };
    saveCheckpoint(join(out, `${domain}.safetensors`), trained, card);
    return JSON.parse(readFileSync(cardPath(join(out, `${domain}.safetensors`)), "utf8")) as CheckpointCard;
  } finally {
    for (const owner of [trained, trainer, start]) owner?.dispose();
  }
}

function continueFrom(path: string, seed: number): Detector {
  const visible = loadDetector(path);
  try {
    return withNewClassifier(visible, seed);
  } finally {
    visible.dispose();
  }
}

async function trainingData(dataset: ImageDataset): Promise<TrainingData> {
  const { pixels, shape: [count, height, width], objects } = await dataset.load(Int32Array.from({ length: dataset.size }, (_, i) => i));
  return { count, height, width, pixels, targets: objects };
}

const fingerprint = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");
