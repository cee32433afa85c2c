import { existsSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector, Predictor } from "../nn/detector";
import type { Scheme } from "../quantize/scheme";
import { loadDetector } from "../weights/checkpoint";
import { readSafetensors, type NamedArray } from "../weights/safetensors";
import { codeFingerprint } from "./code-fingerprint";
import { Meter, type Cost } from "./measured";
import { METHOD_CODE, METHOD_IMAGES, reasonOf } from "./method-images-task";
import { comparedMethod } from "./methods";
import { packDetections } from "./packed-detections";
import type { FileInput, ResultInput, Task, TaskContext, TaskKind } from "./task";

/** What determines the detections of a method's quantized detectors, besides the inputs. */
export interface MethodDetectionsParameters {
  /** id of a ComparedMethod */
  readonly method: string;
  /** quantized anew for each */
  readonly precisions: readonly string[];
  readonly inputRange: Scheme["inputRange"];
  readonly seed: number;
  /** of fine-tuning */
  readonly steps: number;
  readonly imageShape: readonly [number, number];
  /** only the first so many images are evaluated */
  readonly limit: number;
}

/** One precision: what it cost to quantize, or why it failed. */
export interface MethodPrecision extends Cost {
  precision: string;
  failed: string | null;
  sizeMiB: number | null;
  note: string | null;
}

/** The JSON value of the task. */
export interface MethodDetectionsValue { precisions: MethodPrecision[] }

/** A task that quantizes a detector by a method at each precision and stores the detections by it, packed; a failure is a result too. */
export const methodDetectionsTask = (name: string, { precisions, imageShape, ...parameters }: MethodDetectionsParameters, inputs: { checkpoint: FileInput; dataset: FileInput; images?: ResultInput }): Task =>
  ({ kind: "method-detections", name, parameters: { ...parameters, precisions: [...precisions], imageShape: [...imageShape] }, inputs: { ...inputs } });

/** See methodDetectionsTask. */
export const methodDetectionsKind: TaskKind<MethodDetectionsParameters> = {
  version: 1,
  code: () => codeFingerprint([...METHOD_CODE, ...["method-detections-task", "packed-detections"].map((name) => `study/${name}.js`)]),
  cost: ({ method, precisions, limit, steps }) => 3 + precisions.length * (0.021 * limit + 1 + (comparedMethod(method).group === "fine-tuned" ? 0.4 * steps : 0)),
  async run({ precisions, ...parameters }, context) {
    const detector = loadDetector(context.paths.checkpoint), dataset = openDataset(context.paths.dataset), tensors = new Map<string, NamedArray>();
    await dataset.loadAll();
    try {
      const rows: MethodPrecision[] = [];
      for (const [k, precision] of precisions.entries()) {
        rows.push(await onePrecision(detector, dataset, parameters, precision, context, tensors, (fraction) => context.onProgress((k + fraction) / precisions.length)));
      }
      return { value: { precisions: rows.map((row) => ({ ...row })) }, ...(tensors.size && { tensors }) };
    } finally {
      detector.dispose();
    }
  },
};

async function onePrecision(detector: Detector, dataset: ImageDataset, { method, ...options }: Omit<MethodDetectionsParameters, "precisions">, precision: string, { paths }: TaskContext, tensors: Map<string, NamedArray>, onProgress: (fraction: number) => void): Promise<MethodPrecision> {
  const meter = new Meter(), images = readImages(paths.images);
  const looked = (from: number, to: number) => (fraction: number): void => {
    meter.look();
    onProgress(from + (to - from) * fraction);
  };
  try {
    if (comparedMethod(method).images !== null && !images) throw new Error("its images could not be made");
    const quantized = await comparedMethod(method).quantize(detector, images, { ...options, precision, onProgress: looked(0, 0.7) }), cost = meter.cost();
    try {
      tensors.set(precision, await detections(quantized.predictor, dataset, options.limit, looked(0.7, 1)));
      return { precision, failed: null, sizeMiB: quantized.sizeMiB, note: quantized.note ?? null, ...cost };
    } finally {
      quantized.dispose();
    }
  } catch (error) {
    return { precision, failed: reasonOf(error), sizeMiB: null, note: null, ...meter.cost() };
  } finally {
    images?.dispose();
  }
}

async function detections(predictor: Predictor, dataset: ImageDataset, limit: number, onProgress: (fraction: number) => void): Promise<NamedArray> {
  const found = await evaluateMap(predictor, dataset, { limit: Math.min(limit, dataset.size), onProgress: (done, total) => onProgress(done / total) });
  return packDetections(found.detections);
}

// null where the method that should have made them failed
function readImages(path: string | undefined): tf.Tensor4D | null {
  if (path === undefined || !existsSync(path)) return null;
  const { data, shape } = readSafetensors(path).tensors.get(METHOD_IMAGES)!;
  return tf.tensor4d(data, shape as [number, number, number, number]);
}
