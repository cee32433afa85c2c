import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import { distill } from "../distill/distill";
import { distillPresets } from "../distill/presets";
import type { Detector } from "../nn/detector";
import { loadDetector } from "../weights/checkpoint";
import { independentImages, noiseImages } from "../study/calibration-images";
import { repositoryRoot } from "../study/repository";

export interface CourseOptions {
  /** defaults to thermal */
  domain?: "visible" | "thermal";
  /** calibration images of each source; defaults to 8 */
  images?: number;
  /** of distillation; defaults to 30 */
  iterations?: number;
  seed: number;
}

/** What the course notebooks work on. */
export interface CourseMaterial {
  detector: Detector;
  validation: ImageDataset;
  /** calibration images by source, normalized [n, h, w, 3] */
  sources: { real: tf.Tensor4D; "distilled-mean": tf.Tensor4D; noise: tf.Tensor4D };
}

/**
 * A detector of this repository, its validation images, and calibration images from the training set, from distillation
 * and from a Gaussian. The caller disposes the detector and the images.
 *
 * Throws if the data are not there; npx zsq data draws them.
 */
export async function courseMaterial({ domain = "thermal", images = 8, iterations = 30, seed }: CourseOptions): Promise<CourseMaterial> {
  const root = repositoryRoot(), scenes = join(root, "data/scenes", domain);
  const [validation, train] = [openDataset(join(scenes, "val.json")), openDataset(join(scenes, "train.json"))];
  const detector = loadDetector(join(root, "data-scripts/weights/embedded", `${domain}.safetensors`)), [height, width] = validation.imageShape;
  const { pixels, shape } = await train.load(independentImages(train, images, seed));
  const distilled = await distill(detector, { ...distillPresets["paper-mean"], images, imageShape: [height, width], iterations, seed });
  const sources = {
    real: normalizeImages(pixels, shape, detector.config.image),
    "distilled-mean": tf.tensor4d(distilled.images, distilled.shape),
    noise: tf.tensor4d(noiseImages(images, [height, width], seed), [images, height, width, 3]),
  };
  return { detector, validation, sources };
}
