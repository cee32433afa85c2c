import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Random } from "../../tensor/random";
import type { ImageTargets } from "../../train/targets";

/** What the network sees of the images, and where the targets lie in it. */
export interface View {
  /** differentiable, images [n, h, w, 3] to images of sides that are multiples of 32 */
  see: (images: tf.Tensor4D) => tf.Tensor4D;
  /** x1, y1, x2, y2 of a box in the view; the box stays in its image */
  place: (box: readonly number[]) => readonly number[];
}

/** Draws the view of one step. */
export type ViewOf = (random: Random, imageShape: readonly [number, number]) => View;

const PLAIN: View = { see: (x) => tf.clone(x), place: (box) => box };

/** Mirrored left to right with probability one half. */
export const randomFlip: ViewOf = (random, [, width]) =>
  random.uniform() < 0.5 ? { see: (x) => tf.reverse(x, 2), place: ([x1, y1, x2, y2]) => [width - x2, y1, width - x1, y2] } : PLAIN;

/** Moved by up to so many pixels in each direction; what leaves one side enters at the other. Source: DeepInversion, 30 pixels of 224. */
export const randomRoll = (pixels: number): ViewOf => (random) => {
  const [down, right] = [random.integer(-pixels, pixels + 1), random.integer(-pixels, pixels + 1)];
  return { see: (x) => roll(roll(x, down, 1), right, 2), place: ([x1, y1, x2, y2]) => [x1 + right, y1 + down, x2 + right, y2 + down] };
};

/**
 * With probability `probability` a crop of `scale` to all of the area, height over width within 3/4 to 4/3 of the image's,
 * resized to the image bilinearly. Source: torchvision's RandomResizedCrop, as IntraQ uses it.
 */
export const randomResizedCrop = (scale: number, probability = 0.5): ViewOf => (random, [height, width]) => {
  if (random.uniform() >= probability) return PLAIN;
  const area = random.uniform(scale, 1), ratio = Math.exp(random.uniform(Math.log(3 / 4), Math.log(4 / 3)));
  const [h, w] = [Math.min(height, Math.round(height * Math.sqrt(area * ratio))), Math.min(width, Math.round(width * Math.sqrt(area / ratio)))];
  const [top, left] = [random.integer(0, height - h + 1), random.integer(0, width - w + 1)], [down, right] = [height / h, width / w];
  return {
    see: (x) => tf.image.resizeBilinear(x.slice([0, top, left, 0], [-1, h, w, -1]), [height, width]),
    place: ([x1, y1, x2, y2]) => [(x1 - left) * right, (y1 - top) * down, (x2 - left) * right, (y2 - top) * down],
  };
};

/** Smoothed by a Gaussian of 3 x 3 pixels, sigma 1.25, then a random window of the image's size cut out of images larger by `margin`. Source: Sony's MCT. */
export const smoothedWindow = (margin: number): ViewOf => (random, [height, width]) => {
  const [top, left] = [random.integer(0, margin + 1), random.integer(0, margin + 1)];
  return { see: (x) => smooth(x).slice([0, top, left, 0], [-1, height, width, -1]), place: ([x1, y1, x2, y2]) => [x1 - left, y1 - top, x2 - left, y2 - top] };
};

/** One view after the other. */
export const views = (...parts: readonly ViewOf[]): ViewOf => (random, shape) => {
  const drawn = parts.map((part) => part(random, shape));
  return { see: (x) => drawn.reduce((y, { see }) => see(y), x), place: (box) => drawn.reduce((b, { place }) => place(b), box) };
};

/** Targets as they lie in a view, cut at the image's edge; those of which less than 8 pixels remain in a direction are left out. */
export function placed({ boxes, labels }: ImageTargets, { place }: View, [height, width]: readonly [number, number]): ImageTargets {
  const kept = [...labels].flatMap((label, k) => {
    const box = place([...boxes.subarray(4 * k, 4 * k + 4)]).map((value, c) => Math.min(Math.max(value, 0), c % 2 ? height : width));
    return box[2] - box[0] >= 8 && box[3] - box[1] >= 8 ? [{ label, box }] : [];
  });
  return { boxes: Float32Array.from(kept.flatMap(({ box }) => box)), labels: Int32Array.from(kept, ({ label }) => label) };
}

function roll(x: tf.Tensor4D, by: number, axis: 1 | 2): tf.Tensor4D {
  const size = x.shape[axis], cut = (((size - by) % size) + size) % size;
  if (cut === 0) return x;
  const [first, second] = tf.split(x, [cut, size - cut], axis);
  return tf.concat([second, first], axis) as tf.Tensor4D;
}

const WEIGHTS = [-1, 0, 1].map((d) => Math.exp((-d * d) / (2 * 1.25 ** 2))), TOTAL = WEIGHTS.reduce((a, b) => a + b);

/** x [n, h, w, 3] convolved with the normalized Gaussian of 3 x 3 pixels, sigma 1.25; the border is repeated. */
export function smooth(x: tf.Tensor4D): tf.Tensor4D {
  let y = x;
  for (const axis of [1, 2] as const) {
    const size = y.shape[axis], [whole] = [y];
    const part = (start: number, count: number): tf.Tensor4D => whole.slice(axis === 1 ? [0, start, 0, 0] : [0, 0, start, 0], axis === 1 ? [-1, count, -1, -1] : [-1, -1, count, -1]);
    const shifted = [tf.concat([part(0, 1), part(0, size - 1)], axis), whole, tf.concat([part(1, size - 1), part(size - 1, 1)], axis)];
    y = tf.addN(shifted.map((z, k) => z.mul(WEIGHTS[k] / TOTAL))) as tf.Tensor4D;
  }
  return y;
}
