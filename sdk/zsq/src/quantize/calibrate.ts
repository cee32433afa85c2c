import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture } from "../nn/architecture";
import type { RetinaNetConfig } from "../nn/config";
import { runNetwork } from "../nn/detector";
import { InferenceLayers } from "../nn/inference";
import type { Convolution } from "../nn/layers";
import type { Weights } from "../nn/weights";
import { Extremes, tailSize } from "./percentile";
import type { Range } from "./range";
import { checkPercentile } from "./scheme";

/** The range of what enters a convolution, over all images, positions, channels and pyramid levels. */
export interface ActivationRange extends Range {
  /** percentile of |x|: the range of symmetric quantization */
  magnitude: number;
}

/** The range of what enters each convolution, by its name. */
export class Calibration extends Map<string, ActivationRange> {
  /**
   * - **percentile** – that of the ranges
   * - **images** – number of images seen
   */
  constructor(ranges: Iterable<readonly [string, ActivationRange]>, readonly percentile: number, readonly images: number) {
    super(ranges);
  }
}

/** What is calibrated: a full-precision detector. */
export interface Calibrated {
  readonly config: RetinaNetConfig;
  readonly weights: Weights;
}

export interface CalibrateOptions {
  /** in (50, 100]; 100: minimum and maximum. Defaults to 99.99 */
  percentile?: number;
  /** images that run at a time where they are not in batches already; defaults to 16 */
  batchSize?: number;
  /** called after each batch with the number of images done and in all */
  onProgress?: (progress: { done: number; images: number }) => void;
}

/**
 * The range of what enters each convolution of a detector while it sees the images: from the percentile 100 - p to the
 * percentile p of all values, or from the minimum where it is >= 0. A head runs once per level, and its layers get one
 * range for all levels. Exact, and independent of the order of the images and their partition into batches.
 *
 * - **images** – normalized images [n, h, w, 3], or batches of them of any sizes; not disposed
 *
 * Throws if there is no image, an option is invalid, or a value is not finite.
 *
 * Memory beyond that of one batch: see Calibrator, which takes a stream of batches.
 */
export function calibrate(detector: Calibrated, images: tf.Tensor4D | readonly tf.Tensor4D[], { percentile = 99.99, batchSize = 16, onProgress }: CalibrateOptions = {}): Calibration {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`calibrate: invalid batchSize: ${batchSize}; expected an integer >= 1`);
  const given = images instanceof tf.Tensor ? [images as tf.Tensor4D] : images;
  const total = given.reduce((sum, batch) => sum + batch.shape[0], 0);
  const largest = [1, 2].map((axis) => Math.max(...given.map((batch) => batch.shape[axis]))) as [number, number];
  const calibrator = new Calibrator(detector, { images: total, imageShape: largest, percentile });
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

/**
 * Calibrates on batches as they come. To be exact it has to keep, of each layer, the share 1 - p/100 of the values at
 * either end: 16 (1 - p/100) N bytes for N values in all, such as 16 kB for a layer of 80,000 values seen 128 times.
 */
export class Calibrator {
  /** images seen */
  images = 0;
  private readonly percentile: number;
  private readonly extremes = new Map<string, Extremes>();
  private readonly layers: ObservingLayers;

  /**
   * - **images** – number of images that will come, at most
   * - **imageShape** – their [height, width], at most
   * - **percentile** – see calibrate
   */
  constructor(private readonly detector: Calibrated, { images, imageShape, percentile = 99.99 }: { images: number; imageShape: readonly [number, number]; percentile?: number }) {
    checkPercentile("calibrate", percentile);
    if (!(images >= 1)) throw new RangeError(`calibrate: invalid number of images: ${images}; expected at least 1`);
    this.percentile = percentile;
    for (const { name, inputValues } of new Architecture(detector.config, imageShape).ofKind("conv")) {
      this.extremes.set(name, new Extremes(`input of ${name}`, tailSize(images * inputValues, percentile)));
    }
    this.layers = new ObservingLayers(detector.weights, (name, x) => this.extremes.get(name)!.add(x.dataSync() as Float32Array));
  }

  /** Takes in normalized images [n, h, w, 3]; the caller disposes them. */
  add(images: tf.Tensor4D): void {
    const { classLogits, boxRegression } = runNetwork(this.layers, this.detector.config, images);
    tf.dispose([...classLogits, ...boxRegression]);
    this.images += images.shape[0];
  }

  /** The ranges of all images so far. Throws if there were none. */
  calibration(): Calibration {
    const p = this.percentile;
    const range = (x: Extremes): ActivationRange => ({ min: x.min >= 0 ? x.min : x.lower(p), max: x.upper(p), magnitude: x.magnitude(p) });
    return new Calibration([...this.extremes].map(([name, x]) => [name, range(x)] as const), p, this.images);
  }
}

/** Computes the layers and shows what enters each convolution. */
export class ObservingLayers extends InferenceLayers {
  /** - **observe** – called with the convolution's name and its input [n, h, w, c], once for each use */
  constructor(weights: Weights, private readonly observe: (name: string, x: tf.Tensor4D) => void) {
    super(weights);
  }

  override conv(name: string, x: tf.Tensor4D, geometry: Convolution): tf.Tensor4D {
    this.observe(name, x);
    return super.conv(name, x, geometry);
  }
}
