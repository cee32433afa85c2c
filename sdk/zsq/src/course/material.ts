import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import { distill } from "../distill/distill";
import { distillPresets } from "../distill/presets";
import type { Detector } from "../nn/detector";
import { independentImages, noiseImages } from "../study/calibration-images";
import { repositoryRoot } from "../study/repository";
import { loadDetector } from "../weights/checkpoint";

/** A domain of the embedded study. */
export type CourseDomain = "visible" | "thermal";

/** A detector of this repository and the data sets of its domain. */
export interface CourseDetector {
  detector: Detector;
  validation: ImageDataset;
  train: ImageDataset;
}

export interface CourseOptions {
  /** defaults to thermal */
  domain?: CourseDomain;
  /** calibration images of each source; defaults to 8 */
  images?: number;
  /** of distillation; defaults to 30 */
  iterations?: number;
  seed: number;
}

/** What the course notebooks work on. */
export interface CourseMaterial extends CourseDetector {
  /** calibration images by source, normalized [n, h, w, 3] */
  sources: { real: tf.Tensor4D; "distilled-mean": tf.Tensor4D; noise: tf.Tensor4D };
}

/**
 * A detector of this repository with its validation and training images. The caller disposes the detector.
 *
 * Throws if the data are not there; npx zsq data draws them.
 */
export function courseDetector(domain: CourseDomain = "thermal"): CourseDetector {
  const root = repositoryRoot(), scenes = join(root, "data/scenes", domain);
  const [validation, train] = [openDataset(join(scenes, "val.json")), openDataset(join(scenes, "train.json"))];
  return { detector: loadDetector(join(root, "data-scripts/weights/embedded", `${domain}.safetensors`)), validation, train };
}

/** Training images of as many clips, normalized [n, h, w, 3]; the caller disposes them. Throws if there are fewer clips. */
export async function courseImages({ detector, train }: CourseDetector, images: number, seed: number): Promise<tf.Tensor4D> {
  const { pixels, shape } = await train.load(independentImages(train, images, seed));
  return normalizeImages(pixels, shape, detector.config.image);
}

/** Images of N(0, 1) in the shape of the data set's, normalized [n, h, w, 3]; the caller disposes them. */
export function courseNoise({ train }: CourseDetector, images: number, seed: number): tf.Tensor4D {
  const [height, width] = train.imageShape;
  return tf.tensor4d(noiseImages(images, [height, width], seed), [images, height, width, 3]);
}

/**
 * A detector of this repository, its data sets, and calibration images from the training set, from distillation and from
 * a Gaussian. The caller disposes the detector and the images.
 *
 * Throws if the data are not there; npx zsq data draws them.
 */
export async function courseMaterial({ domain, images = 8, iterations = 30, seed }: CourseOptions): Promise<CourseMaterial> {
  const course = courseDetector(domain);
  const distilled = await distill(course.detector, { ...distillPresets["paper-mean"], images, imageShape: course.train.imageShape, iterations, seed });
  return { ...course, sources: { real: await courseImages(course, images, seed), "distilled-mean": tf.tensor4d(distilled.images, distilled.shape), noise: courseNoise(course, images, seed) } };
}
