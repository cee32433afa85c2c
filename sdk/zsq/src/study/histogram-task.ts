import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { runNetwork } from "../nn/detector";
import { HookedLayers } from "../quantize/hooked-layers";
import { DyadicHistogram } from "../quantize/calibrators/dyadic-histogram";
import { packHistogram, unpackHistogram } from "../quantize/calibrators/packed-histogram";
import { loadDetector } from "../weights/checkpoint";
import type { NamedArray } from "../weights/safetensors";
import type { CachedResult } from "./cache";
import { codeFingerprint } from "./code-fingerprint";
import { calibrationBatches } from "./calibration-batches";
import type { Calibrated } from "./evaluate-task";
import type { FileInput, ResultInput, Task, TaskKind } from "./task";

/** What determines the histograms, besides the inputs. */
export interface HistogramParameters {
  readonly calibration: Calibrated;
  /** [height, width] */
  readonly imageShape: readonly [number, number];
}

/** Where the images come from: see evaluateTask. */
export interface HistogramInputs {
  checkpoint: FileInput;
  training?: FileInput;
  [images: `images${string}`]: ResultInput;
}

const BATCH = 16;

/** A task that runs calibration images through the detector and keeps the histogram of what enters each convolution. */
export const histogramTask = (name: string, { calibration, imageShape }: HistogramParameters, inputs: HistogramInputs): Task => ({
  kind: "histograms", name, parameters: { calibration: { ...calibration }, imageShape: [...imageShape] }, inputs: { ...inputs },
});

/** See histogramTask. */
export const histogramKind: TaskKind<HistogramParameters> = {
  version: 1,
  code: () => codeFingerprint(["tensor", "nn", "weights", "datasets", "quantize", "quantize/calibrators", ...["histogram-task", "calibration-batches", "calibration-images", "snapshot"].map((name) => `study/${name}.js`)]),
  cost: ({ calibration }) => 1 + 0.08 * calibration.images,
  async run({ calibration, imageShape }, { paths, onProgress }) {
    const detector = loadDetector(paths.checkpoint);
    try {
      const histograms = new Map<string, DyadicHistogram>();
      let done = 0;
      for await (const batch of calibrationBatches(detector, calibration, imageShape, paths).batches) {
        done += batch.shape[0];
        try {
          histogramsOf(detector, batch, undefined, histograms);
        } finally {
          batch.dispose();
        }
        onProgress(done / calibration.images);
      }
      return packed(histograms);
    } finally {
      detector.dispose();
    }
  },
};

/** The histograms of what enters each convolution, by its name, in the order of the network, for normalized images [n, h, w, 3]; those are not disposed. `histograms`: to which they are added; default empty ones. */
export function histogramsOf({ config, weights }: Detector, images: tf.Tensor4D, onProgress: (fraction: number) => void = () => undefined, histograms = new Map<string, DyadicHistogram>()): Map<string, DyadicHistogram> {
  const input = (layer: string, x: tf.Tensor4D): undefined => {
    let own = histograms.get(layer);
    if (!own) histograms.set(layer, (own = new DyadicHistogram(`input of ${layer}`)));
    own.add(x.dataSync() as Float32Array);
    return undefined;
  };
  for (let start = 0; start < images.shape[0]; start += BATCH) {
    const part = images.slice(start, Math.min(BATCH, images.shape[0] - start));
    const { classLogits, boxRegression } = runNetwork(new HookedLayers(weights, { input }), config, part);
    tf.dispose([part, ...classLogits, ...boxRegression]);
    onProgress(Math.min(1, (start + BATCH) / images.shape[0]));
  }
  return histograms;
}

function packed(histograms: ReadonlyMap<string, DyadicHistogram>): CachedResult {
  const tensors = new Map<string, NamedArray>();
  for (const [layer, histogram] of histograms) {
    const { counts, width, min, max, first } = packHistogram(histogram);
    tensors.set(layer, { shape: [2, counts.length / 2], data: counts });
    tensors.set(`${layer} extent`, { shape: [4], data: Float32Array.of(width, min, max, first) });
  }
  return { value: { layers: [...histograms.keys()] }, tensors };
}

/** The histograms in the arrays of a result. */
export function readHistograms(tensors: ReadonlyMap<string, NamedArray>): Map<string, DyadicHistogram> {
  const layers = [...tensors.keys()].filter((name) => !name.endsWith(" extent"));
  return new Map(layers.map((layer) => {
    const [width, min, max, first] = tensors.get(`${layer} extent`)!.data;
    return [layer, unpackHistogram({ width, min, max, first, counts: tensors.get(layer)!.data })];
  }));
}
