import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { Random } from "../tensor/random";
import { activationExtremes } from "./activation-extremes";

export interface EnoughImagesOptions {
  /** draws of each number of images; default 16 */
  subsets?: number;
  /** of the draws; default 1 */
  seed?: number;
  /** images that run together; default 16, it bounds memory alone */
  batchSize?: number;
}

/** The part of the ranges of all images that so many of them reach: 0 to 1, averaged over the convolutions of the ResNet. */
export interface EnoughImagesPoint {
  images: number;
  /** mean, lowest and highest over the draws */
  mean: number;
  low: number;
  high: number;
}

/**
 * How many images are enough? For 1, 2, 4, ... of the images, drawn again and again without replacement, how wide the
 * ranges are that they would calibrate (minimum to maximum of what enters each convolution of the ResNet), beside those of
 * all. Each image is run once; a number beyond which the curve is flat and its band narrow is enough. The last point is all
 * images, 1 by definition: that more would add nothing is not shown by it.
 *
 * - **images** – normalized [n, h, w, 3], n >= 1; not disposed
 *
 * Throws a RangeError if `subsets` is not an integer >= 1.
 */
export function enoughImages(detector: Detector, images: tf.Tensor4D, { subsets = 16, seed = 1, batchSize = 16 }: EnoughImagesOptions = {}): EnoughImagesPoint[] {
  if (!Number.isInteger(subsets) || subsets < 1) throw new RangeError(`enoughImages: invalid subsets: ${subsets}; expected an integer >= 1`);
  const n = images.shape[0], ranges: Extremes[][] = [];
  for (let first = 0; first < n; first += batchSize) {
    const batch = images.slice([first, 0, 0, 0], [Math.min(batchSize, n - first), -1, -1, -1]);
    ranges.push(...byImage(activationExtremes(detector, batch), batch.shape[0]));
    batch.dispose();
  }
  const all = union(ranges), orders = Array.from({ length: subsets }, (_, k) => shuffled(ranges, new Random(seed, k)));
  return counts(n).map((count) => {
    const parts = orders.map((order) => reached(union(order.slice(0, count)), all));
    return { images: count, mean: parts.reduce((a, b) => a + b) / subsets, low: Math.min(...parts), high: Math.max(...parts) };
  });
}

interface Extremes { low: number; high: number }

// the extremes of each layer, image by image; low and high: [layers, n]
const byImage = ({ low, high }: { low: Float32Array; high: Float32Array }, n: number): Extremes[][] =>
  Array.from({ length: n }, (_, k) => Array.from({ length: low.length / n }, (_, layer) => ({ low: low[layer * n + k], high: high[layer * n + k] })));

const union = (images: readonly Extremes[][]): Extremes[] =>
  images[0].map((_, layer) => ({ low: Math.min(...images.map((image) => image[layer].low)), high: Math.max(...images.map((image) => image[layer].high)) }));

// a layer whose range is a point is reached by any image
const reached = (some: readonly Extremes[], all: readonly Extremes[]): number =>
  all.reduce((sum, { low, high }, layer) => sum + (high > low ? (some[layer].high - some[layer].low) / (high - low) : 1), 0) / all.length;

// 1, 2, 4, ... and n
const counts = (n: number): number[] => [...Array.from({ length: Math.ceil(Math.log2(n)) }, (_, k) => 2 ** k), n];

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(0, i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
