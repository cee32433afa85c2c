import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import { fitted } from "../evaluate/detect";
import { paddedShape } from "../evaluate/transform";
import type { RetinaNetConfig } from "../nn/config";
import { Calibrator, type Calibrated, type Calibration, type ObservationOptions } from "../quantize/calibrate";
import { independentImages } from "../study/calibration-images";
import { readSafetensors } from "../weights/safetensors";

/** Images to calibrate with, one batch after another. */
interface CalibrationImages {
  count: number;
  /** [height, width] at most */
  imageShape: readonly [number, number];
  /** image k as the detector takes it, [1, h, w, 3]; the caller disposes it */
  load(k: number): Promise<tf.Tensor4D>;
  dispose(): void;
}

export interface CalibrationInput {
  /** safetensors of zsq distill, or a data set in COCO's format */
  path: string;
  /** of the data set, at most; of distilled ones all unless given */
  images?: number;
  /** which images of the data set, one per clip */
  seed: number;
}

/** Calibrates a detector on the images of a file; also the [height, width] of the largest. Throws one line if they are missing or damaged. */
export async function calibrateOn(detector: Calibrated, input: CalibrationInput, observation: ObservationOptions, onProgress: (done: number, images: number) => void): Promise<{ calibration: Calibration; imageShape: readonly [number, number] }> {
  const given = input.path.endsWith(".json") ? ofDataset(input, detector.config) : distilled(input);
  try {
    const calibrator = new Calibrator(detector, { images: given.count, imageShape: given.imageShape, ...observation });
    for (let k = 0; k < given.count; k++) {
      const image = await given.load(k);
      try {
        calibrator.add(image);
      } finally {
        image.dispose();
      }
      onProgress(k + 1, given.count);
    }
    return { calibration: calibrator.calibration(), imageShape: given.imageShape };
  } finally {
    given.dispose();
  }
}

/** The images [n, h, w, 3] of a file of zsq distill; the caller disposes them. Throws one line if there are none. */
export function readDistilled(path: string): tf.Tensor4D {
  const found = readSafetensors(path).tensors.get("images");
  if (!found || found.shape.length !== 4 || found.shape[3] !== 3) throw new Error(`calibrate: missing images in ${path}; expected a tensor "images" [n, height, width, 3], as zsq distill writes it`);
  return tf.tensor4d(found.data, found.shape as [number, number, number, number]);
}

function distilled({ path, images }: CalibrationInput): CalibrationImages {
  const all = readDistilled(path), [n, height, width] = all.shape;
  return { count: Math.min(n, images ?? n), imageShape: [height, width], load: (k) => Promise.resolve(all.slice(k, 1)), dispose: () => all.dispose() };
}

function ofDataset({ path, images = 16, seed }: CalibrationInput, config: RetinaNetConfig): CalibrationImages {
  const dataset = openDataset(path), places = independentImages(dataset, images, seed);
  const shapes = places.map((place) => (config.image.resize ? paddedShape(dataset.shapeOf(place), config.image.resize) : dataset.shapeOf(place)));
  const imageShape = [0, 1].map((axis) => Math.max(...shapes.map((shape) => shape[axis]))) as [number, number];
  const load = async (k: number): Promise<tf.Tensor4D> => {
    const { pixels, shape } = await dataset.load([places[k]]), normalized = normalizeImages(pixels, shape, config.image), { batch } = fitted(normalized, config);
    normalized.dispose();
    return batch;
  };
  return { count: places.length, imageShape, load, dispose: () => undefined };
}
