import * as tf from "@tensorflow/tfjs-node-gpu";
import type { ImageConfig } from "../nn/config";

/** Padded sides are multiples of it, so that every level of the pyramid halves evenly. */
const MULTIPLE = 32;

/** [height, width] in pixels. */
export type ImageShape = readonly [height: number, width: number];

/**
 * The shape to which an image is resized: the shorter side as asked for, unless the longer one would exceed its bound.
 *
 * Source: torchvision's GeneralizedRCNNTransform.
 *
 * @example resizedShape([512, 640], { shorter: 800, longer: 1333 }) // [800, 1000]
 */
export function resizedShape([height, width]: ImageShape, { shorter, longer }: NonNullable<ImageConfig["resize"]>): [number, number] {
  const scale = Math.min(shorter / Math.min(height, width), longer / Math.max(height, width));
  return [Math.floor(height * scale), Math.floor(width * scale)];
}

/** The shape of such an image with its padding. */
export const paddedShape = (shape: ImageShape, resize: NonNullable<ImageConfig["resize"]>): [number, number] =>
  resizedShape(shape, resize).map((side) => Math.ceil(side / MULTIPLE) * MULTIPLE) as [number, number];

/** The shape of what the detector takes for an image of this shape: resized and padded, or as it is where nothing is asked for. */
export const fittedShape = (shape: ImageShape, resize: ImageConfig["resize"]): ImageShape => (resize ? paddedShape(shape, resize) : shape);

/**
 * Normalized images [n, h, w, 3], resized bilinearly (pixel centres at half pixels) and padded with zeros below and to the
 * right: `batch`, which the caller disposes, and the shape of the images in it without padding.
 */
export function fitImages(images: tf.Tensor4D, resize: NonNullable<ImageConfig["resize"]>): { batch: tf.Tensor4D; shape: [number, number] } {
  const [, height, width] = images.shape, shape = resizedShape([height, width], resize);
  const [below, right] = paddedShape([height, width], resize).map((side, k) => side - shape[k]);
  const batch = tf.tidy(() => tf.pad(tf.image.resizeBilinear(images, shape, false, true), [[0, 0], [0, below], [0, right], [0, 0]]));
  return { batch, shape };
}

/** Brings boxes (x1, y1, x2, y2) from images of one shape to those of another, in place. */
export function scaleBoxes(boxes: Float32Array, from: ImageShape, to: ImageShape): void {
  const ratios = [Math.fround(to[1] / from[1]), Math.fround(to[0] / from[0])];
  for (let i = 0; i < boxes.length; i++) boxes[i] *= ratios[i % 2];
}
