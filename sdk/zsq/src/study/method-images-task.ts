import { openDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import type { SyntheticImages } from "../distill/methods/synthesis";
import type { Detector } from "../nn/detector";
import { loadDetector } from "../weights/checkpoint";
import { independentImages, noiseImages, shuffledPixels } from "./calibration-images";
import { codeFingerprint } from "./code-fingerprint";
import { Meter, type Cost } from "./measured";
import { baselineImages, imageMethods, type BaselineImages } from "./methods";
import type { FileInput, Task, TaskContext, TaskKind } from "./task";

/** What determines a method's images, besides the checkpoint. */
export interface MethodImagesParameters {
  /** id of an ImageMethod or baseline */
  readonly method: string;
  readonly images: number;
  /** [height, width] */
  readonly imageShape: readonly [number, number];
  readonly iterations: number;
  readonly seed: number;
}

/** The JSON value of the task; a method that failed has its reason and no images. */
export interface MethodImagesValue extends Cost {
  failed: string | null;
  /** loss before each step, of the first batch */
  history: number[];
}

/** Name of the images among the arrays of the result: normalized [n, h, w, 3]. */
export const METHOD_IMAGES = "images";

/** A task that makes calibration images by a method; one that fails is a result too. `training`: where real images come from. */
export const methodImagesTask = (name: string, { imageShape, ...parameters }: MethodImagesParameters, inputs: { checkpoint: FileInput; training?: FileInput }): Task =>
  ({ kind: "method-images", name, parameters: { ...parameters, imageShape: [...imageShape] }, inputs: { ...inputs } });

/** Places whose code determines what methods do. */
export const METHOD_CODE = ["tensor", "nn", "weights", "datasets", "evaluate", "train", "distill", "distill/methods", "quantize", "quantize/calibrators", "quantize/corrections", "quantize/methods", ...["methods", "calibration-images"].map((name) => `study/${name}.js`)];

/** See methodImagesTask. The cost in the value is measured: it differs from run to run, the images do not. */
export const methodImagesKind: TaskKind<MethodImagesParameters> = {
  version: 1,
  code: () => codeFingerprint([...METHOD_CODE, "study/method-images-task.js"]),
  cost: ({ method, images, iterations, imageShape: [height, width] }) => (isBaseline(method) ? 2 : 2 + 0.05 * images * iterations * ((height * width) / (128 * 160))),
  async run(parameters, context) {
    const detector = loadDetector(context.paths.checkpoint), meter = new Meter();
    try {
      const { images, shape, history } = await makeImages(detector, parameters, context, meter);
      const value: MethodImagesValue = { failed: null, history, ...meter.cost() };
      return { value: { ...value }, tensors: new Map([[METHOD_IMAGES, { shape, data: images }]]) };
    } catch (error) {
      return { value: { failed: reasonOf(error), history: [], ...meter.cost() } };
    } finally {
      detector.dispose();
    }
  },
};

/** The first line of an error's message. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n")[0];

const isBaseline = (id: string): id is BaselineImages => (baselineImages as readonly string[]).includes(id);

async function makeImages(detector: Detector, { method, images, imageShape, iterations, seed }: MethodImagesParameters, { paths, onProgress }: TaskContext, meter: Meter): Promise<SyntheticImages> {
  if (isBaseline(method)) return baseline(detector, method, images, imageShape, seed, paths.training);
  const own = imageMethods.get(method);
  if (!own) throw new Error(`compare: unknown images: ${method}; expected one of ${[...imageMethods.keys()].join(", ")}`);
  return own.synthesize(detector, {
    images, imageShape, iterations, seed,
    onProgress: (fraction) => {
      meter.look();
      onProgress(fraction);
    },
  });
}

async function baseline({ config }: Detector, kind: BaselineImages, count: number, [height, width]: readonly [number, number], seed: number, training?: string): Promise<SyntheticImages> {
  if (kind === "noise") return { images: noiseImages(count, [height, width], seed), shape: [count, height, width, 3], history: [] };
  if (training === undefined) throw new Error(`compare: missing training images for ${kind}; expected a data set`);
  const dataset = openDataset(training), { pixels, shape } = await dataset.load(independentImages(dataset, count, seed));
  const x = normalizeImages(kind === "shuffled" ? shuffledPixels(pixels, count, seed) : pixels, shape, config.image);
  try {
    return { images: x.dataSync() as Float32Array, shape: x.shape, history: [] };
  } finally {
    x.dispose();
  }
}
