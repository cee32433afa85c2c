import sharp from "sharp";
import type { RetinaNetConfig } from "../nn/config";

/** Normalized images [n, h, w, 3], as distilled. */
export interface NormalizedImages {
  data: Float32Array;
  shape: readonly number[];
}

/**
 * One of the images as PNG, de-normalized to R, G, B in [0, 1], clipped and rounded to 8 or 16 bits.
 *
 * - **image** – mean and std of the detector's config
 */
export async function encodePng(images: NormalizedImages, k: number, image: RetinaNetConfig["image"], bits: 8 | 16 = 8): Promise<Buffer> {
  const [, height, width] = images.shape;
  const png = sharp(pixelsOf(images, k, image, bits), { raw: { width, height, channels: 3 } });
  return (bits === 16 ? png.toColourspace("rgb16") : png).png().toBuffer();
}

/** The images side by side as one PNG of 8 bits. - **columns** – at most so many in a row; default 8 */
export async function contactSheet(images: NormalizedImages, image: RetinaNetConfig["image"], columns = 8): Promise<Buffer> {
  const [n, height, width] = images.shape, across = Math.min(columns, n);
  const tiles = Array.from({ length: n }, (_, k) => ({
    input: Buffer.from(pixelsOf(images, k, image, 8).buffer), raw: { width, height, channels: 3 as const },
    left: (k % across) * width, top: Math.floor(k / across) * height,
  }));
  return sharp({ create: { width: across * width, height: Math.ceil(n / across) * height, channels: 3, background: "black" } }).composite(tiles).removeAlpha().png().toBuffer();
}

function pixelsOf({ data, shape: [, height, width] }: NormalizedImages, k: number, { mean, std }: RetinaNetConfig["image"], bits: 8 | 16): Uint8Array | Uint16Array {
  const size = height * width * 3, largest = 2 ** bits - 1;
  const pixels = bits === 8 ? new Uint8Array(size) : new Uint16Array(size);
  for (let i = 0; i < size; i++) pixels[i] = Math.round(Math.min(1, Math.max(0, data[k * size + i] * std[i % 3] + mean[i % 3])) * largest);
  return pixels;
}
