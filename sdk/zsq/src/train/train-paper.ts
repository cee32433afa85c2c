import { basename, join } from "node:path";
import type { ImageConfig } from "../nn/config";
import { Detector } from "../nn/detector";
import { loadDetector } from "../weights/checkpoint";
import type { CheckpointCard } from "../weights/checkpoint-card";
import { sha256OfFile } from "../weights/checksum";
import { loadTorchvision } from "../weights/torchvision";
import { withNewClassifier } from "./initialize";
import { paperRecipe } from "./recipe";
import type { TrainingProgress } from "./run-training";
import { forTrial, trainDetector } from "./train-detector";

/** Background, person, car, bicycle. */
const FLIR_CLASSES = 4;

/** See trainPaper. */
export interface TrainPaperOptions {
  /** folder of train.json and val.json, prepared by data-scripts/flir */
  data: string;
  /** the pretrained detector: torchvision's .pth, or that converted to safetensors */
  weights: string;
  /** the new checkpoint, .safetensors */
  out: string;
  seed: number;
  /** for trials: fewer epochs, smaller batches, smaller images */
  epochs?: number;
  batchSize?: number;
  resize?: ImageConfig["resize"];
  onProgress?: (progress: TrainingProgress) => void;
  signal?: AbortSignal;
}

/** Fine-tunes torchvision's RetinaNet v2 on FLIR ADAS as the paper does, all layers and a new classification output; see trainDetector. */
export async function trainPaper({ data, weights, out, seed, epochs, batchSize, resize, onProgress, signal }: TrainPaperOptions): Promise<CheckpointCard> {
  const recipe = forTrial(paperRecipe, { seed, epochs, batchSize }), start = startFrom(weights, seed, resize);
  return trainDetector({
    start, recipe, seed, onProgress, signal, train: join(data, "train.json"), val: join(data, "val.json"), checkpoint: out,
    identity: { start: sha256OfFile(weights), image: start.config.image },
    card: { model: "RetinaNet v2, ResNet-50", domain: "thermal", startedFrom: `${basename(weights)}, new classification output`, startedFromSha256: sha256OfFile(weights) },
  });
}

function startFrom(path: string, seed: number, resize: ImageConfig["resize"]): Detector {
  const pretrained = path.endsWith(".safetensors") ? loadDetector(path) : loadTorchvision(path);
  try {
    const { config, weights } = withNewClassifier(pretrained, seed, FLIR_CLASSES);
    return new Detector({ ...config, image: { ...config.image, resize: resize ?? config.image.resize } }, weights);
  } finally {
    pretrained.dispose();
  }
}
