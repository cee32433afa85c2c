import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector, Predictor } from "../nn/detector";
import { Calibration, calibrate } from "../quantize/calibrate";
import { quantizeDetector } from "../quantize/quantized-detector";
import { scheme } from "../quantize/scheme";
import { loadDetector } from "../weights/checkpoint";
import { readSafetensors, type NamedArray } from "../weights/safetensors";
import { consecutiveImages, independentImages, noiseImages, shuffledPixels } from "./calibration-images";
import { codeFingerprint } from "./code-fingerprint";
import { packDetections } from "./packed-detections";
import { snapshotName } from "./snapshot";
import type { FileInput, ResultInput, Task, TaskContext, TaskKind } from "./task";

/** Where calibration images come from; "none": the detector is evaluated as it is; "real": independent, "consecutive": frames of one clip. */
export type CalibrationKind = "none" | "distilled" | "real" | "consecutive" | "shuffled" | "noise";

/** One way to quantize, such as { precision: "W8A4", inputRange: "image" }. */
export interface SchemeChoice {
  readonly precision: string;
  readonly inputRange: "calibrated" | "image";
}

/** What a detector is calibrated with. */
export interface Calibrated {
  readonly kind: CalibrationKind;
  readonly images: number;
  readonly seed: number;
  /** of distilled images: the snapshot */
  readonly iterations?: number;
  /** number of the first image of distilled ones and of noise, of the clip of consecutive ones; default 0 */
  readonly first?: number;
}

/** What determines the detections of a quantized detector, besides its inputs. */
export interface EvaluateParameters {
  readonly calibration: Calibrated;
  /** calibrated once for all of them; empty for calibration "none" */
  readonly schemes: readonly SchemeChoice[];
  /** only the first so many images are evaluated; default all */
  readonly limit?: number;
}

/** Inputs of an evaluation: `dataset` is evaluated; `images` are distilled, `training` is where real and shuffled images come from. */
export interface EvaluateInputs {
  checkpoint: FileInput;
  dataset: FileInput;
  training?: FileInput;
  images?: ResultInput;
}

/** Name of a scheme's detections among the arrays of a result. */
export const schemeName = ({ precision, inputRange }: SchemeChoice): string => `${precision} ${inputRange}`;

/** The name of the full-precision detections. */
export const FULL_PRECISION = "W32A32";

/** A task that calibrates a detector once, quantizes it by each scheme and stores its detections, packed, by schemeName. */
export const evaluateTask = (name: string, { calibration, schemes, ...rest }: EvaluateParameters, inputs: EvaluateInputs): Task => ({
  kind: "calibrate-and-evaluate", name,
  parameters: { calibration: { ...calibration }, schemes: schemes.map((choice) => ({ ...choice })), ...rest },
  inputs: { ...inputs },
});

/** See evaluateTask. */
export const evaluateKind: TaskKind<EvaluateParameters> = {
  version: 1,
  code: () => codeFingerprint(["tensor", "nn", "weights", "datasets", "quantize", "quantize/calibrators", "evaluate", ...["evaluate-task", "calibration-images", "packed-detections", "snapshot"].map((name) => `study/${name}.js`)]),
  cost: ({ calibration, schemes, limit = 300 }) => 1 + 0.05 * calibration.images + 0.01 * limit * Math.max(1, schemes.length),
  async run(parameters, context) {
    const detector = loadDetector(context.paths.checkpoint);
    try {
      return { value: { precisions: Math.max(1, parameters.schemes.length) }, tensors: await detectAll(detector, parameters, context) };
    } finally {
      detector.dispose();
    }
  },
};

async function detectAll(detector: Detector, { calibration, schemes, limit }: EvaluateParameters, context: TaskContext): Promise<Map<string, NamedArray>> {
  const { paths, onProgress } = context;
  const dataset = openDataset(paths.dataset);
  await dataset.loadAll();
  const detect = async (predictor: Predictor, k: number): Promise<NamedArray> => {
    const report = (done: number, total: number): void => onProgress((k + done / total) / Math.max(1, schemes.length));
    return packDetections((await evaluateMap(predictor, dataset, { onProgress: report, ...(limit !== undefined && { limit }) })).detections);
  };
  if (calibration.kind === "none") return new Map([[FULL_PRECISION, await detect(detector, 0)]]);
  const ranges = await calibrateOn(detector, calibration, dataset, context);
  const found = new Map<string, NamedArray>();
  for (const [k, choice] of schemes.entries()) {
    const quantized = quantizeDetector(detector, ranges, scheme(choice.precision, { inputRange: choice.inputRange }));
    try {
      found.set(schemeName(choice), await detect(quantized, k));
    } finally {
      quantized.dispose();
    }
  }
  return found;
}

async function calibrateOn(detector: Detector, calibration: Calibrated, dataset: ImageDataset, { paths }: TaskContext): Promise<Calibration> {
  const images = await calibrationImages(detector, calibration, dataset.imageShape, paths);
  try {
    return calibrate(detector, images);
  } finally {
    images.dispose();
  }
}

/**
 * The calibration images, normalized [n, h, w, 3]; the caller disposes them.
 *
 * - **imageShape** – [height, width] of noise
 * - **paths** – of `training` for real images, of `images` for distilled ones
 */
export async function calibrationImages({ config }: Detector, calibration: Calibrated, [height, width]: readonly [number, number], paths: TaskContext["paths"]): Promise<tf.Tensor4D> {
  const { kind, images: count, seed, first = 0 } = calibration;
  if (kind === "noise") return tf.tensor4d(noiseImages(count, [height, width], seed, first), [count, height, width, 3]);
  if (kind === "distilled") return distilledImages(calibration, paths.images);
  const training = openDataset(paths.training);
  const { pixels, shape } = await training.load(kind === "consecutive" ? consecutiveImages(training, count, seed, first) : independentImages(training, count, seed));
  return normalizeImages(kind === "shuffled" ? shuffledPixels(pixels, count, seed) : pixels, shape, config.image);
}

function distilledImages({ images: count, iterations = 0, first = 0 }: Calibrated, path: string): tf.Tensor4D {
  const stored = readSafetensors(path).tensors.get(snapshotName(iterations));
  if (!stored || stored.shape[0] < first + count) throw new Error(`calibrate: missing distilled images after ${iterations} iterations: ${stored?.shape[0] ?? 0}; expected ${first + count}`);
  const [, height, width] = stored.shape;
  const size = height * width * 3;
  return tf.tensor4d(stored.data.subarray(first * size, (first + count) * size), [count, height, width, 3]);
}
