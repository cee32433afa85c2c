import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Random } from "../tensor/random";
import type { ImageTargets } from "./targets";

/** How much the training images are varied. */
export interface Augmentation {
  /** images are magnified by a factor between 1 / zoom and zoom, uniform in its logarithm, about a random place; 1: never */
  zoom: number;
  /** normalized values are multiplied by a factor between 1 - contrast and 1 + contrast, uniform */
  contrast: number;
  /** and moved by a number between -brightness and +brightness, in units of the normalized image */
  brightness: number;
  /** share of each cycle's steps that are varied so; the rest see the images as they are, but for mirroring */
  until: number;
}

/** How one image is looked at: pixel centre x of the source, in pixels from its first pixel's centre, lands at (x - left) * scale. */
export interface View {
  left: number;
  top: number;
  scale: number;
  mirrored: boolean;
  gain: number;
  offset: number;
}

/** An object stays where at least this share of its box is in view ... */
const SHARE_IN_VIEW = 0.3;
/** ... with sides of at least so many pixels. */
const SMALLEST_SIDE = 3;

/** A random view of an image; without an augmentation it is only mirrored with probability one half. */
export function randomView(random: Random, [height, width]: readonly [number, number], augmentation?: Augmentation): View {
  const mirrored = random.uniform() < 0.5;
  if (!augmentation) return { left: 0, top: 0, scale: 1, mirrored, gain: 1, offset: 0 };
  const { zoom, contrast, brightness } = augmentation;
  const scale = zoom ** random.uniform(-1, 1);
  const room = (side: number): number => (side - 1) * (1 - 1 / scale); // left over (scale > 1) or missing (scale < 1)
  return {
    left: random.uniform() * room(width), top: random.uniform() * room(height), scale, mirrored,
    gain: random.uniform(1 - contrast, 1 + contrast), offset: random.uniform(-brightness, brightness),
  };
}

/**
 * Images [n, h, w, c] as their views show them, bilinear, the mean colour (0) outside; the caller disposes them.
 * An unscaled view is exact.
 */
export function viewImages(images: tf.Tensor4D, views: readonly View[]): tf.Tensor4D {
  const [n, height, width] = images.shape;
  const boxes = views.map(({ left, top, scale, mirrored }) => {
    const [x1, x2] = [left / (width - 1), left / (width - 1) + 1 / scale];
    const [y1, y2] = [top / (height - 1), top / (height - 1) + 1 / scale];
    return mirrored ? [y1, x2, y2, x1] : [y1, x1, y2, x2];
  });
  const perImage = (value: (view: View) => number): tf.Tensor4D => tf.tensor4d(views.map(value), [n, 1, 1, 1]);
  return tf.tidy(() => {
    const seen = tf.image.cropAndResize(images, tf.tensor2d(boxes, [n, 4]), tf.range(0, n, 1, "int32"), [height, width], "bilinear", 0);
    return seen.mul(perImage(({ gain }) => gain)).add(perImage(({ offset }) => offset)) as tf.Tensor4D;
  });
}

/** The objects of an image that its view of the same size shows, their boxes cut at its border. */
export function viewTargets({ boxes, labels }: ImageTargets, { left, top, scale, mirrored }: View, [height, width]: readonly [number, number]): ImageTargets {
  const seen: number[] = [], seenLabels: number[] = [];
  // edges lie half a pixel from centres
  const place = (edge: number, origin: number): number => (edge - 0.5 - origin) * scale + 0.5;
  const inside = (x: number, side: number): number => Math.min(side, Math.max(0, x));
  for (let k = 0; k < labels.length; k++) {
    const [x1, x2] = [place(boxes[4 * k], left), place(boxes[4 * k + 2], left)];
    const [y1, y2] = [place(boxes[4 * k + 1], top), place(boxes[4 * k + 3], top)];
    const [l, r, t, b] = [inside(x1, width), inside(x2, width), inside(y1, height), inside(y2, height)];
    if ((r - l) * (b - t) < SHARE_IN_VIEW * (x2 - x1) * (y2 - y1) || Math.min(r - l, b - t) < SMALLEST_SIDE) continue;
    seen.push(...(mirrored ? [width - r, t, width - l, b] : [l, t, r, b]));
    seenLabels.push(labels[k]);
  }
  return { boxes: Float32Array.from(seen), labels: Int32Array.from(seenLabels) };
}
