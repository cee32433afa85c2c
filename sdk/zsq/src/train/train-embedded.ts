import { join } from "node:path";
import { retinaNetEmbedded } from "../nn/config";
import type { Detector } from "../nn/detector";
import type { CheckpointCard } from "../weights/checkpoint-card";
import { loadDetector } from "../weights/checkpoint";
import { sha256OfFile } from "../weights/checksum";
import { initializeDetector, withNewClassifier } from "./initialize";
import { embeddedRecipes } from "./recipe";
import type { TrainingProgress } from "./run-training";
import { forTrial, trainDetector } from "./train-detector";

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

/** Trains one detector of the embedded profile; see trainDetector. */
export async function trainEmbedded({ domain, data, out, seed, epochs, onProgress, signal }: TrainEmbeddedOptions): Promise<CheckpointCard> {
  const recipe = forTrial(embeddedRecipes[domain], { seed, epochs }), base = join(out, "visible.safetensors"), random = domain === "visible";
  return trainDetector({
    start: random ? initializeDetector(retinaNetEmbedded(), seed) : continueFrom(base, seed),
    recipe, seed, onProgress, signal,
    train: join(data, domain, "train.json"), val: join(data, domain, "val.json"), checkpoint: join(out, `${domain}.safetensors`),
    identity: { domain, start: random ? "random" : sha256OfFile(base) },
    card: embeddedCard(domain),
  });
}

/** What a card says of a detector of the embedded profile before it is trained. */
export const embeddedCard = (domain: EmbeddedDomain): Record<string, string> =>
  ({ model: "RetinaNet, ResNet-50 topology at a quarter of the width", domain, startedFrom: domain === "visible" ? "random weights" : "visible.safetensors, new classification output" });

function continueFrom(path: string, seed: number): Detector {
  const visible = loadDetector(path);
  try {
    return withNewClassifier(visible, seed);
  } finally {
    visible.dispose();
  }
}
