import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import { fitted } from "../evaluate/detect";
import { imagesPerRun } from "../evaluate/images-per-run";
import { fittedShape, type ImageShape } from "../evaluate/transform";
import type { Detector } from "../nn/detector";
import { asFloat32 } from "../weights/dtype";
import { openSafetensors } from "../weights/safetensors";
import { consecutiveImages, independentImages, noiseImages, shuffledPixels } from "./calibration-images";
import type { Calibrated } from "./evaluate-task";
import { snapshotName } from "./snapshot";

/** Images that run together where memory allows it. */
const TOGETHER = 16;

/** Calibration images as the detector takes them, batch by batch. */
export interface CalibrationBatches {
  /** the largest [height, width] that comes */
  imageShape: ImageShape;
  /** normalized [n, h, w, 3]; the caller disposes each */
  batches: AsyncIterable<tf.Tensor4D>;
}

/**
 * The images that a calibration asks for. Real ones, of any sizes, are resized and padded as in detection; noise and distilled
 * ones are what the detector sees already. Memory: one batch.
 *
 * - **shape** – [height, width] of noise where the calibration says none
 * - **paths** – of the inputs that the kind needs: `training`, or `images` and what else begins so, in their order
 *
 * Throws if there are fewer images than asked for.
 */
export function calibrationBatches(detector: Detector, calibration: Calibrated, shape: ImageShape, paths: Readonly<Record<string, string>>): CalibrationBatches {
  const { kind, imageShape = shape } = calibration;
  if (kind === "noise") return { imageShape, batches: noise(detector, calibration, imageShape) };
  if (kind === "distilled") return distilled(detector, calibration, Object.keys(paths).filter((name) => name.startsWith("images")).sort().map((name) => paths[name]));
  const training = openDataset(paths.training), shapes = placesOf(calibration, training).map((place) => fittedShape(training.shapeOf(place), detector.config.image.resize));
  return { imageShape: [0, 1].map((axis) => Math.max(...shapes.map((shape) => shape[axis]))) as [number, number], batches: real(detector, calibration, training) };
}

const placesOf = ({ kind, images, seed, first = 0 }: Calibrated, training: ImageDataset): number[] =>
  kind === "consecutive" ? consecutiveImages(training, images, seed, first) : independentImages(training, images, seed);

// images of one size that follow one another run together; the pixels of image k are shuffled by (seed, k)
async function* real({ config }: Detector, calibration: Calibrated, training: ImageDataset): AsyncIterable<tf.Tensor4D> {
  const places = placesOf(calibration, training);
  for (let at = 0, count: number; at < places.length; at += count) {
    const most = Math.min(TOGETHER, imagesPerRun(config, training.shapeOf(places[at])), places.length - at), size = training.shapeOf(places[at]).join();
    count = 1;
    while (count < most && training.shapeOf(places[at + count]).join() === size) count++;
    const { pixels, shape } = await training.load(places.slice(at, at + count));
    const x = normalizeImages(calibration.kind === "shuffled" ? shuffledPixels(pixels, count, calibration.seed, at) : pixels, shape, config.image);
    const { batch } = fitted(x, config);
    x.dispose();
    yield batch;
  }
}

async function* noise({ config }: Detector, { images, seed, first = 0 }: Calibrated, shape: ImageShape): AsyncIterable<tf.Tensor4D> {
  const most = together(config, shape);
  for (let at = 0; at < images; at += most) {
    const count = Math.min(most, images - at);
    yield tf.tensor4d(noiseImages(count, shape, seed, first + at), [count, ...shape, 3]);
  }
}

function distilled({ config }: Detector, { images, iterations = 0, first = 0 }: Calibrated, files: readonly string[]): CalibrationBatches {
  const name = snapshotName(iterations), counts = files.map((path) => shapeIn(path, name)), stored = counts.reduce((sum, [n]) => sum + n, 0);
  if (stored < first + images) throw new Error(`calibrate: missing distilled images after ${iterations} iterations: ${stored}; expected ${first + images}`);
  const imageShape = [counts[0][1], counts[0][2]] as const, [height, width] = imageShape, size = height * width * 3, most = together(config, imageShape);
  async function* batches(): AsyncIterable<tf.Tensor4D> {
    let before = 0; // images in the files so far
    for (const [k, path] of files.entries()) {
      const from = Math.max(first, before) - before, to = Math.min(first + images, before + counts[k][0]) - before;
      const data = from < to ? tensorIn(path, name) : new Float32Array();
      for (let at = from; at < to; at += most) {
        const end = Math.min(to, at + most);
        yield tf.tensor4d(data.subarray(at * size, end * size), [end - at, height, width, 3]);
      }
      before += counts[k][0];
    }
  }
  return { imageShape, batches: batches() };
}

// what the detector sees is not resized again
const together = (config: Detector["config"], shape: ImageShape): number => Math.min(TOGETHER, imagesPerRun({ ...config, image: { ...config.image, resize: undefined } }, shape));

function shapeIn(path: string, name: string): readonly number[] {
  const file = openSafetensors(path);
  file.close();
  return file.tensors.get(name)?.shape ?? [0, 0, 0, 3];
}

function tensorIn(path: string, name: string): Float32Array {
  const file = openSafetensors(path);
  try {
    return asFloat32(file.read(name));
  } finally {
    file.close();
  }
}
