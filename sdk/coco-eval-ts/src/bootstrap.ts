import { quantile } from "./quantile";
import { seededRandom } from "./random";
import { Resampler } from "./resampler";
import type { Detections, EvaluateOptions, GroundTruth } from "./types";

/** How to resample. */
export interface BootstrapOptions {
  /** draws of as many images as there are; defaults to 1000 */
  resamples?: number;
  /** whole number; the same seed gives the same interval */
  seed: number;
  /** share of resamples inside the interval, in (0, 1); defaults to .95 */
  confidence?: number;
  /** parameters of the evaluation */
  params?: EvaluateOptions;
}

/** A figure with its bootstrap interval. */
export interface Interval {
  /** the figure on the images as they are, averaged over the detection sets */
  mean: number;
  /** lower end of the interval */
  low: number;
  /** upper end of the interval */
  high: number;
  /** [resamples], in the order drawn; fewer where a draw held no ground truth */
  samples: Float64Array;
}

/**
 * A confidence interval of mAP by drawing images with replacement; copies of an image count as different images.
 *
 * It covers the choice of images, not that of seeds: all detection sets are evaluated on the same draw and their mAP is
 * averaged.
 *
 * - **detectionSets** – at least one, such as one per seed of a method
 *
 * Throws as evaluate does, and on options out of range.
 *
 * Source: percentile bootstrap, Efron and Tibshirani 1993, chapter 13.
 */
export function bootstrap(groundTruth: GroundTruth, detectionSets: readonly Detections[], options: BootstrapOptions): Interval {
  const sets = resamplers("bootstrap", groundTruth, detectionSets, options);
  return interval("bootstrap", (copies) => averageOf(sets, copies), sets[0].images, options);
}

/**
 * A confidence interval of mAP(a) - mAP(b) on common draws of images: 0 outside the interval is evidence of a
 * difference that two overlapping intervals would hide.
 *
 * - **a**, **b** – detections, or several sets each (one per seed), averaged
 */
export function pairedBootstrap(groundTruth: GroundTruth, a: Detections | readonly Detections[], b: Detections | readonly Detections[], options: BootstrapOptions): Interval {
  const [first, second] = [a, b].map((sets) => resamplers("pairedBootstrap", groundTruth, isSets(sets) ? sets : [sets], options));
  return interval("pairedBootstrap", (copies) => averageOf(first, copies) - averageOf(second, copies), first[0].images, options);
}

// a list of sets, not one set: an empty list is one empty set
const isSets = (sets: Detections | readonly Detections[]): sets is readonly Detections[] => Array.isArray(sets) && sets.length > 0 && (Array.isArray(sets[0]) || "scores" in sets[0]);

function resamplers(name: string, groundTruth: GroundTruth, sets: readonly Detections[], { resamples = 1000, seed, confidence = 0.95, params = {} }: BootstrapOptions): Resampler[] {
  if (!Array.isArray(sets) || sets.length === 0) throw new RangeError(`${name}: missing detection sets; expected at least one`);
  if (!Number.isSafeInteger(resamples) || resamples < 1) throw new RangeError(`${name}: invalid resamples: ${resamples}; expected a whole number >= 1`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`${name}: invalid seed: ${seed}; expected a whole number`);
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`${name}: invalid confidence: ${confidence}; expected a number in (0, 1)`);
  return sets.map((detections) => new Resampler(groundTruth, detections, params));
}

const averageOf = (sets: readonly Resampler[], copies: Int32Array): number => sets.reduce((sum, set) => sum + set.meanAveragePrecision(copies), 0) / sets.length;

function interval(name: string, measure: (copies: Int32Array) => number, images: number, { resamples = 1000, seed, confidence = 0.95 }: BootstrapOptions): Interval {
  const random = seededRandom(seed), copies = new Int32Array(images), samples = new Float64Array(resamples);
  const mean = measure(copies.fill(1));
  if (Number.isNaN(mean)) throw new RangeError(`${name}: missing ground truth; expected at least one box that counts`);
  let n = 0;
  for (let draw = 0; draw < resamples; draw++) {
    copies.fill(0);
    for (let i = 0; i < images; i++) copies[Math.floor(random() * images)]++;
    const value = measure(copies);
    if (!Number.isNaN(value)) samples[n++] = value;
  }
  const kept = samples.slice(0, n), sorted = kept.slice().sort(), tail = (1 - confidence) / 2;
  return { mean, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), samples: kept };
}
