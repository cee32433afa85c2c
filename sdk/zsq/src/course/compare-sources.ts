import { bootstrap, pairedBootstrap } from "coco-eval-ts";
import type * as tf from "@tensorflow/tfjs-node-gpu";
import type { ImageDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector, Predictor } from "../nn/detector";
import type { CalibrationSource } from "../plot/theme";
import { calibrate, type Calibration } from "../quantize/calibrate";
import { quantizeDetector } from "../quantize/quantized-detector";
import { precisionName, type Scheme } from "../quantize/scheme";
import { evaluationInput } from "./precision-recall";

/** A figure in percent, or in points of percent, with its 95 % interval over images. */
export interface PercentInterval {
  mean: number;
  low: number;
  high: number;
}

/** One way to a detector and what it scores. */
export interface SourceScore {
  precision: string;
  source: CalibrationSource;
  /** mAP in percent */
  map: PercentInterval;
  /** mAP less that of full precision on the same draws of images, in points; null for full precision itself */
  loss: PercentInterval | null;
}

export interface CompareSourcesOptions {
  schemes: readonly Scheme[];
  /** validation images, the first so many; defaults to all */
  limit?: number;
  /** draws of images for the intervals; defaults to 300 */
  resamples?: number;
  seed: number;
  /** called before each detector is evaluated */
  onProgress?: (progress: { done: number; total: number; task: string; secondsLeft: null }) => void;
}

/**
 * Full precision, then for each scheme the detector calibrated with each source of images: mAP with its interval, and the
 * difference from full precision in pairs of the same images. Nothing given is disposed, and nothing else survives.
 *
 * - **sources** – normalized images [n, h, w, 3] by source
 */
export async function compareSources(detector: Detector, sources: Readonly<Partial<Record<CalibrationSource, tf.Tensor4D>>>, validation: ImageDataset, { schemes, limit, resamples = 300, seed, onProgress }: CompareSourcesOptions): Promise<SourceScore[]> {
  const total = 1 + schemes.length * Object.keys(sources).length, rows: SourceScore[] = [];
  const detect = async (predictor: Predictor, task: string): Promise<ReturnType<typeof evaluationInput>> => {
    onProgress?.({ done: rows.length, total, task, secondsLeft: null });
    return evaluationInput((await evaluateMap(predictor, validation, { limit })).detections, validation, limit);
  };
  const float = await detect(detector, "full precision"), options = { resamples, seed, params: float.params };
  rows.push({ precision: "W32A32", source: "none", map: percents(bootstrap(validation.groundTruth, [float.detections], options)), loss: null });
  for (const scheme of schemes) {
    for (const [source, images] of Object.entries(sources) as [CalibrationSource, tf.Tensor4D][]) {
      const precision = precisionName(scheme), quantized = quantizeDetector(detector, calibrate(detector, images, scheme.activations), scheme);
      try {
        const { detections } = await detect(quantized, `${precision}, ${source}`);
        rows.push({ precision, source, map: percents(bootstrap(validation.groundTruth, [detections], options)), loss: percents(pairedBootstrap(validation.groundTruth, detections, float.detections, options)) });
      } finally {
        quantized.dispose();
      }
    }
  }
  onProgress?.({ done: total, total, task: "", secondsLeft: null });
  return rows;
}

/** The width of each tensor's range in each calibration, in parts of that in the first, in the order of the network. */
export function rangeRatios(calibrations: Readonly<Partial<Record<CalibrationSource, Calibration>>>): { source: CalibrationSource; layer: string; ratio: number }[] {
  const [[, first], ...others] = Object.entries(calibrations) as [CalibrationSource, Calibration][];
  return others.flatMap(([source, calibration]) => [...first].map(([layer, { min, max }]) => {
    const own = calibration.get(layer)!;
    return { source, layer, ratio: (Math.max(own.max, 0) - Math.min(own.min, 0)) / (Math.max(max, 0) - Math.min(min, 0)) };
  }));
}

const percents = ({ mean, low, high }: PercentInterval): PercentInterval => ({ mean: 100 * mean, low: 100 * low, high: 100 * high });
