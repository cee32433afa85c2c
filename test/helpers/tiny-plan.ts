import { join } from "node:path";
import { saveCheckpoint } from "zsq";
import type { StudyPlan } from "zsq/dist/study/profiles";
import { writeSyntheticDataset } from "./synthetic-dataset";
import { tinyDetector } from "./tiny-detector";

/** A plan of two tiny detectors with random weights and a few small images, or clips of 8 to train; seconds in all. */
export async function tinyPlan(folder: string, { clips = 0 } = {}): Promise<StudyPlan> {
  const training = clips ? { images: 8 * clips, framesPerClip: 8 } : { images: 3 };
  const [train, val] = await Promise.all([writeSyntheticDataset(join(folder, "train"), { ...training, seed: 2 }), writeSyntheticDataset(join(folder, "val"), { images: 3 })]);
  const models = (["pretrained", "fine-tuned"] as const).map((model, k) => {
    const checkpoint = join(folder, `${model}.safetensors`);
    const detector = tinyDetector(k + 1);
    saveCheckpoint(checkpoint, detector);
    detector.dispose();
    return { model, dataset: model === "pretrained" ? "visible" : "thermal", checkpoint, train, val };
  });
  return { profile: "embedded", scale: "smoke", counts: { seeds: 2, images: 2, iterations: 1, curve: [0, 1, 2], validation: 2, batchValidation: 2, batches: 2, resamples: 20 }, imageShape: [32, 64], models, data: { folder, train: 3, val: 3 } };
}
