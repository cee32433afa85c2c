import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector, Predictor } from "../nn/detector";
import { Calibrator, type Calibration } from "../quantize/calibrate";
import { quantizeDetector } from "../quantize/quantized-detector";
import { scheme } from "../quantize/scheme";
import { loadDetector } from "../weights/checkpoint";
import type { NamedArray } from "../weights/safetensors";
import { calibrationBatches } from "./calibration-batches";
import { codeFingerprint } from "./code-fingerprint";
import { packDetections } from "./packed-detections";
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
  /** of noise: [height, width]; default that of the first image that is evaluated */
  readonly imageShape?: readonly [number, number];
}

/** What determines the detections of a quantized detector, besides its inputs. */
export interface EvaluateParameters {
  readonly calibration: Calibrated;
  /** calibrated once for all of them; empty for calibration "none" */
  readonly schemes: readonly SchemeChoice[];
  /** only the first so many images are evaluated; default all */
  readonly limit?: number;
}

/** Inputs of an evaluation: `dataset` is evaluated; `images…` are distilled, in the order of their names; `training` is where real and shuffled images come from. */
export interface EvaluateInputs {
  checkpoint: FileInput;
  dataset: FileInput;
  training?: FileInput;
  [images: `images${string}`]: ResultInput;
}

/** Name of a scheme's detections among the arrays of a result. */
export const schemeName = ({ precision, inputRange }: SchemeChoice): string => `${precision} ${inputRange}`;

/** Images of a data set up to so many bytes are held in memory. */
const KEPT_BYTES = 256 << 20;

/** The name of the full-precision detections. */
export const FULL_PRECISION = "W32A32";

/** A task that calibrates a detector once, quantizes it by each scheme and stores its detections, packed, by schemeName. */
export const evaluateTask = (name: string, { calibration, schemes, ...rest }: EvaluateParameters, inputs: EvaluateInputs): Task => ({
  kind: "calibrate-and-evaluate", name,
  parameters: { calibration: { ...calibration, ...(calibration.imageShape && { imageShape: [...calibration.imageShape] }) }, schemes: schemes.map((choice) => ({ ...choice })), ...rest },
  inputs: { ...inputs },
});

/** See evaluateTask. */
export const evaluateKind: TaskKind<EvaluateParameters> = {
  version: 2,
  code: () => codeFingerprint(["tensor", "nn", "weights", "datasets", "quantize", "quantize/calibrators", "evaluate", ...["evaluate-task", "calibration-batches", "calibration-images", "packed-detections", "snapshot"].map((name) => `study/${name}.js`)]),
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
  await keepSmall(dataset);
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
  const { imageShape, batches } = calibrationBatches(detector, calibration, dataset.shapeOf(0), paths);
  const calibrator = new Calibrator(detector, { images: calibration.images, imageShape });
  for await (const batch of batches) {
    try {
      calibrator.add(batch);
    } finally {
      batch.dispose();
    }
  }
  return calibrator.calibration();
}

// small data sets of one size are decoded once for all schemes; others are read again for each, so that memory stays flat
async function keepSmall(dataset: ImageDataset): Promise<void> {
  const [height, width] = dataset.shapeOf(0), fits = dataset.size * height * width * 3 <= KEPT_BYTES;
  if (fits && dataset.images.every((image) => image.height === height && image.width === width)) await dataset.loadAll();
}
