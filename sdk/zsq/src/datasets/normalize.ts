import * as tf from "@tensorflow/tfjs-node-gpu";
import type { ImageConfig } from "../nn/config";
import type { Pixels } from "./decode-image";

/**
 * Images as the detector sees them, (x / 255 - mean) / std per channel, float32 [n, h, w, 3]; the caller disposes them.
 *
 * - **pixels** – R, G, B in 0 .. 255
 * - **shape** – [n, h, w, 3]
 * - **image** – mean and std of R, G and B in [0, 1], as in the detector's config
 *
 * Throws if the number of pixels is not that of the shape. Rounded at each step as torchvision rounds.
 *
 * @example normalizeImages(Uint8Array.of(255, 0, 0), [1, 1, 1, 3], { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }) // [1, -1, -1]
 */
export function normalizeImages(pixels: Pixels, shape: readonly [number, number, number, number], image: ImageConfig): tf.Tensor4D {
  if (shape[3] !== 3 || pixels.length !== shape[0] * shape[1] * shape[2] * 3) {
    throw new RangeError(`normalizeImages: invalid number of pixels: ${pixels.length}; expected [${shape}] with 3 channels`);
  }
  if (pixels instanceof Float32Array) return tf.tensor4d(pixels.map((x, i) => normalized(x, i % 3, image)), [...shape] as [number, number, number, number]);
  const table = normalizationTable(image);
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    values[i] = table[pixels[i]];
    values[i + 1] = table[256 + pixels[i + 1]];
    values[i + 2] = table[512 + pixels[i + 2]];
  }
  return tf.tensor4d(values, [...shape] as [number, number, number, number]);
}

/**
 * Pixels 0 .. 255 of normalized images [n, h, w, 3]: the inverse of normalizeImages, rounded, and clipped where an image
 * (a distilled one, say) leaves the range. The images are left to the caller. Throws if they have not 3 channels or are not finite.
 */
export function denormalize(images: tf.Tensor4D, { mean, std }: ImageConfig): Uint8Array {
  if (images.shape[3] !== 3) throw new RangeError(`denormalize: invalid image shape: [${images.shape}]; expected [n, height, width, 3]`);
  const values = images.dataSync();
  const pixels = new Uint8ClampedArray(values.length); // rounds and clips
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`denormalize: invalid value: ${values[i]} at ${i}; expected finite numbers`);
    pixels[i] = 255 * (values[i] * std[i % 3] + mean[i % 3]);
  }
  return new Uint8Array(pixels.buffer);
}

// [3 channels, 256 values], each step in float32
const normalizationTable = (image: ImageConfig): Float32Array => Float32Array.from({ length: 768 }, (_, i) => normalized(i & 255, i >> 8, image));

const normalized = (x: number, c: number, { mean, std }: ImageConfig): number => Math.fround(Math.fround(x / 255) - Math.fround(mean[c])) / Math.fround(std[c]);
