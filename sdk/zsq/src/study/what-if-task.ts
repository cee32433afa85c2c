import { openDataset, type ImageDataset } from "../datasets/image-dataset";
import { cocoDetections } from "../evaluate/coco-detections";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector } from "../nn/detector";
import { Graph } from "../nn/graph";
import { weight } from "../nn/weights";
import { levelRange, type QParams } from "../quantize/affine";
import { Calibration } from "../quantize/calibrate";
import type { DyadicHistogram } from "../quantize/calibrators/dyadic-histogram";
import { rangeOfHistogram } from "../quantize/calibrators/ranges-of-histogram";
import { histogramNoise, noiseOf, productNoise } from "../quantize/insight/histogram-noise";
import { quantizeDetector, type QuantizedDetector } from "../quantize/quantized-detector";
import { loadDetector } from "../weights/checkpoint";
import { readSafetensors } from "../weights/safetensors";
import { bootstrapMap } from "./bootstrap-map";
import type { Json } from "./canonical-json";
import { codeFingerprint } from "./code-fingerprint";
import type { Estimate } from "./comparison";
import { readHistograms } from "./histogram-task";
import type { FileInput, ResultInput, Task, TaskKind } from "./task";
import { calibratorOf, isFloat, schemeOf, type SchemeChoice } from "./what-if-choice";

/** What determines an answer, besides its inputs. */
export interface WhatIfParameters extends SchemeChoice {
  /** only the first so many validation images count */
  readonly limit: number;
  readonly resamples: number;
  readonly seed: number;
}

/** What quantization does to one convolution. */
export interface LayerDamage {
  layer: string;
  /** signal to quantization noise of weights and inputs together, in dB: their noises added; 999 where nothing is lost */
  sqnr: number;
  weights: number;
  inputs: number;
  /** share of the inputs that are clipped */
  clipped: number;
  /** the interval that the levels of the inputs cover; null where those stay in float */
  clip: { min: number; max: number } | null;
}

/** The JSON value of the task. */
export interface WhatIfValue {
  estimate: Estimate;
  sizeMiB: number;
  /** every convolution, in the order of the network; none where nothing is quantized */
  layers: LayerDamage[];
}

/**
 * A task that quantizes a detector by the histograms of its calibration and measures it on the first validation images: a
 * WhatIfValue. With 32 bits for both nothing is quantized, and no histograms are needed.
 */
export const whatIfTask = (name: string, parameters: WhatIfParameters, inputs: { checkpoint: FileInput; dataset: FileInput; histograms?: ResultInput }): Task =>
  ({ kind: "what-if", name, parameters: { ...parameters, exclude: [...parameters.exclude] }, inputs: { ...inputs } });

/** See whatIfTask. */
export const whatIfKind: TaskKind<WhatIfParameters> = {
  version: 1,
  code: () => codeFingerprint(["tensor", "nn", "weights", "datasets", "quantize", "quantize/calibrators", "quantize/insight", "evaluate", "../../coco-eval-ts/dist", ...["what-if-task", "what-if-choice", "histogram-task", "bootstrap-map"].map((name) => `study/${name}.js`)]),
  cost: ({ limit, resamples, calibrator }) => 0.6 + 0.012 * limit + 0.00001 * limit * resamples + (calibrator === "entropy" ? 0.6 : calibrator === "mse" ? 0.7 : 0),
  async run({ limit, resamples, seed, ...choice }, { paths, onProgress }) {
    const detector = loadDetector(paths.checkpoint);
    try {
      const dataset = openDataset(paths.dataset);
      const quantized = isFloat(choice) ? null : quantize(detector, choice, paths.histograms);
      try {
        const { detections } = await evaluateMap(quantized?.detector ?? detector, dataset, { limit, onProgress: (done, total) => onProgress((0.9 * done) / total) });
        const estimate = bootstrapMap(firstImages(dataset, limit), [cocoDetections(detections, dataset)], { resamples, seed });
        const value: WhatIfValue = { estimate, sizeMiB: quantized?.detector.sizeMiB ?? detector.architecture.sizeMiB(32), layers: quantized?.layers ?? [] };
        return { value: value as unknown as Json };
      } finally {
        quantized?.detector.dispose();
      }
    } finally {
      detector.dispose();
    }
  },
};

function quantize(detector: Detector, choice: SchemeChoice, path: string): { detector: QuantizedDetector; layers: LayerDamage[] } {
  const layers = [...new Set(new Graph(detector.config).of("conv").map(({ name }) => name))];
  const scheme = schemeOf(choice, layers), spec = calibratorOf(choice);
  const histograms = readHistograms(readSafetensors(path).tensors);
  const ranges = layers.map((layer) => [layer, rangeOfHistogram(histograms.get(layer)!, spec)] as const);
  const quantized = quantizeDetector(detector, new Calibration(ranges, spec, 0), scheme);
  return { detector: quantized, layers: layers.map((layer) => damageOf(detector, quantized, layer, histograms.get(layer)!)) };
}

function damageOf(detector: Detector, { weights: became, weightQParams, inputQParams }: QuantizedDetector, layer: string, histogram: DyadicHistogram): LayerDamage {
  const kernel = `${layer}.weight`, qparams = inputQParams.get(layer);
  const weights = weightQParams.has(layer) ? noiseOf(weight(detector.weights, kernel).dataSync(), weight(became, kernel).dataSync()) : Infinity;
  const { sqnr: inputs, clipped } = qparams ? histogramNoise(histogram, qparams) : { sqnr: Infinity, clipped: 0 };
  return { layer, sqnr: decibels(productNoise(weights, inputs)), weights: decibels(weights), inputs: decibels(inputs), clipped, clip: qparams ? covered(qparams) : null };
}

function covered(qparams: QParams): { min: number; max: number } {
  const [lowest, highest] = levelRange(qparams), { scale, zeroPoint } = qparams;
  return { min: (lowest - zeroPoint) * scale, max: (highest - zeroPoint) * scale };
}

// JSON has no Infinity
const decibels = (value: number): number => Math.min(Math.round(100 * value) / 100, 999);

// the annotations of the first images alone
function firstImages({ groundTruth, images }: ImageDataset, limit: number): ImageDataset["groundTruth"] {
  const kept = images.slice(0, limit), ids = new Set(kept.map(({ id }) => id));
  return { ...groundTruth, images: kept, annotations: groundTruth.annotations.filter(({ image_id }) => ids.has(image_id)) };
}
