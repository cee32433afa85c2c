import type * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector, Predictor } from "../../nn/detector";
import { calibrate, type Calibration } from "../calibrate";
import { quantizeDetector } from "../quantized-detector";
import { scheme, type Scheme, type SchemeOptions } from "../scheme";

/** A quantized detector as a method leaves it; dispose() frees all that the method made. */
export interface Quantized {
  predictor: Predictor;
  /** MiB of the parameters at their bits */
  sizeMiB: number;
  /** what has to be known of it to compare it, such as other granularity */
  note?: string;
  dispose(): void;
}

/** What a method is asked for. */
export interface QuantizeMethodOptions {
  /** such as "W4A8" */
  precision: string;
  inputRange: Scheme["inputRange"];
  seed: number;
  /** steps of fine-tuning, or of the generator and the student together; methods without take none */
  steps: number;
  /** images per step; default 4 */
  batchSize?: number;
  /** [height, width] of the images that generators make */
  imageShape: readonly [number, number];
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

/**
 * A way from a full-precision detector to a quantized one.
 *
 * - **images** – calibration images, normalized [n, h, w, 3], or null for a method that needs none; not disposed
 *
 * The detector must outlive the result.
 */
export type QuantizeMethod = (detector: Detector, images: tf.Tensor4D | null, options: QuantizeMethodOptions) => Quantized | Promise<Quantized>;

/** Calibration alone, as post-training quantization: ranges from the images, everything else from the weights. */
export const calibrateAndQuantize: QuantizeMethod = (detector, images, { precision, inputRange }) => byRanges(detector, calibrate(detector, required(images)), precision, { inputRange });

/** A detector quantized by ranges. */
export function byRanges(detector: Detector, calibration: Calibration, precision: string, options: SchemeOptions, note?: string): Quantized {
  const quantized = quantizeDetector(detector, calibration, scheme(precision, options));
  return { predictor: quantized, sizeMiB: quantized.sizeMiB, ...(note !== undefined && { note }), dispose: () => quantized.dispose() };
}

/** The images of a method that needs some. Throws without. */
export function required(images: tf.Tensor4D | null): tf.Tensor4D {
  if (!images) throw new Error("quantize: missing images: none; expected calibration images");
  return images;
}
