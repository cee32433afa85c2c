import * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../nn/config";
import { runNetwork } from "../nn/detector";
import { Graph } from "../nn/graph";
import type { Weights } from "../nn/weights";
import { throwIfStopped } from "../tensor/cell-signal";
import { createObserver, type ActivationRange, type Observer } from "./calibrators/observer";
import { observeTensor } from "./calibrators/observe-tensor";
import { checkCalibrator, percentile as exactPercentile, type CalibratorSpec } from "./calibrators/spec";
import { HookedLayers } from "./hooked-layers";
import { quantizationSites, type Sites } from "./sites";
import type { TensorRole } from "./scheme";

/** Ranges of tensors: of what enters a convolution by its name, of its output by "<name>:output", of sums by theirs. */
export class Calibration extends Map<string, ActivationRange> {
  /**
   * - **calibrator** – how the ranges were taken
   * - **images** – number of images seen
   */
  constructor(ranges: Iterable<readonly [string, ActivationRange]>, readonly calibrator: CalibratorSpec, readonly images: number) {
    super(ranges);
  }
}

/** What is calibrated: a full-precision detector. */
export interface Calibrated {
  readonly config: RetinaNetConfig;
  readonly weights: Weights;
  /** batch normalizations are part of the convolutions; defaults to false */
  readonly folded?: boolean;
}

/** What to observe, and how. */
export interface ObservationOptions {
  /** short for calibrator percentile(p): p in (50, 100]; 100: minimum and maximum. Defaults to 99.99 */
  percentile?: number;
  /** defaults to the exact percentile */
  calibrator?: CalibratorSpec;
  /** which tensors; defaults to what enters convolutions */
  tensors?: readonly TensorRole[];
}

export interface CalibrateOptions extends ObservationOptions {
  /** images that run at a time where they are not in batches already; defaults to 16 */
  batchSize?: number;
  /** called after each batch with the number of images done and in all */
  onProgress?: (progress: { done: number; images: number }) => void;
}

/**
 * The ranges of a detector's tensors while it sees the images; by default of what enters each convolution, from the
 * percentile 100 - p to the percentile p of all values, or from the minimum where it is >= 0. A head runs once per level,
 * and its layers get one range for all levels. Unless the calibrator is one that says otherwise, the result is
 * independent of the order of the images and their partition into batches.
 *
 * - **images** – normalized images [n, h, w, 3], or batches of them of any sizes; not disposed
 *
 * Throws if there is no image, an option is invalid, or a value is not finite.
 *
 * Memory beyond that of one batch: see createObserver, for each tensor; Calibrator takes a stream of batches.
 */
export function calibrate(detector: Calibrated, images: tf.Tensor4D | readonly tf.Tensor4D[], { batchSize = 16, onProgress, ...observation }: CalibrateOptions = {}): Calibration {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`calibrate: invalid batchSize: ${batchSize}; expected an integer >= 1`);
  const given = images instanceof tf.Tensor ? [images as tf.Tensor4D] : images;
  const total = given.reduce((sum, batch) => sum + batch.shape[0], 0);
  const largest = [1, 2].map((axis) => Math.max(...given.map((batch) => batch.shape[axis]))) as [number, number];
  const calibrator = new Calibrator(detector, { images: total, imageShape: largest, ...observation });
  for (const batch of given) {
    for (let start = 0; start < batch.shape[0]; start += batchSize) {
      const part = batch.slice(start, Math.min(batchSize, batch.shape[0] - start));
      try {
        calibrator.add(part);
      } finally {
        part.dispose();
      }
      onProgress?.({ done: calibrator.images, images: total });
    }
  }
  return calibrator.calibration();
}

/** Calibrates on batches as they come; memory is bounded by what createObserver says of each tensor. */
export class Calibrator {
  /** images seen */
  images = 0;
  private readonly spec: CalibratorSpec;
  private readonly sites: Sites;
  private readonly observers = new Map<string, Observer>();

  /**
   * - **images** – number of images that will come, at most
   * - **imageShape** – their [height, width], at most
   */
  constructor(private readonly detector: Calibrated, { images, imageShape, percentile, calibrator = exactPercentile(percentile), tensors = ["inputs"] }: ObservationOptions & { images: number; imageShape: readonly [number, number] }) {
    checkCalibrator("calibrate", calibrator);
    if (!(images >= 1)) throw new RangeError(`calibrate: invalid number of images: ${images}; expected at least 1`);
    this.spec = calibrator;
    const graph = new Graph(detector.config, imageShape);
    this.sites = quantizationSites(graph, tensors, { every: true });
    for (const [key, values] of valuesPerImage(graph, this.sites)) this.observers.set(key, createObserver(calibrator, described(key), images * values));
  }

  /** Takes in normalized images [n, h, w, 3]; the caller disposes them. */
  add(images: tf.Tensor4D): void {
    const { detector: { config, weights, folded }, sites } = this;
    const observe = (key: string | undefined, x: tf.Tensor4D): undefined => {
      throwIfStopped("calibrate"); // a layer's observer may take a second
      if (key !== undefined) observeTensor(this.observers.get(key)!, x);
      return undefined;
    };
    const layers = new HookedLayers(weights, { folded, input: (conv, x) => observe(sites.inputs.get(conv), x), value: (index, y) => observe(sites.values.get(index), y) });
    const { classLogits, boxRegression } = runNetwork(layers, config, images);
    tf.dispose([...classLogits, ...boxRegression]);
    this.images += images.shape[0];
  }

  /** The ranges of all images so far. Throws if there were none. */
  calibration(): Calibration {
    return new Calibration([...this.observers].map(([key, observer]) => [key, observer.range()] as const), this.spec, this.images);
  }
}

function valuesPerImage(graph: Graph, { inputs, values }: Sites): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (key: string | undefined, [, h, w, c]: readonly number[]): void => {
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + h * w * c);
  };
  for (const { index, name, operation, inputs: [x], shape } of graph.nodes) {
    if (operation === "conv") count(inputs.get(name), x.shape);
    count(values.get(index), shape);
  }
  return counts;
}

const described = (key: string): string => (key.endsWith(":output") ? `output of ${key.slice(0, -7)}` : key.endsWith(".add") ? `sum ${key}` : `input of ${key}`);
