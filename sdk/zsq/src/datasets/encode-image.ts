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
  return sheet(Array.from({ length: images.shape[0] }, (_, k) => pixelsOf(images, k, image, 8)), images.shape, columns);
}

/** Contact sheets of at most `size` (default 128) images each, of images that come in chunks: one chunk and the pixels of one sheet are in memory. */
export async function* contactSheets(chunks: Iterable<NormalizedImages>, image: RetinaNetConfig["image"], size = 128, columns = 8): AsyncGenerator<Buffer> {
  let tiles: Uint8Array[] = [], shape: readonly number[] = [];
  for (const chunk of chunks) {
    shape = chunk.shape;
    for (let k = 0; k < shape[0]; k++) {
      tiles.push(pixelsOf(chunk, k, image, 8));
      if (tiles.length < size) continue;
      yield await sheet(tiles, shape, columns);
      tiles = [];
    }
  }
  if (tiles.length) yield await sheet(tiles, shape, columns);
}

// shape: [n, height, width, 3], n of any chunk
function sheet(pixels: readonly Uint8Array[], [, height, width]: readonly number[], columns: number): Promise<Buffer> {
  const across = Math.min(columns, pixels.length);
  const tiles = pixels.map((data, k) => ({
    input: Buffer.from(data.buffer), raw: { width, height, channels: 3 as const },
    left: (k % across) * width, top: Math.floor(k / across) * height,
  }));
  return sharp({ create: { width: across * width, height: Math.ceil(pixels.length / across) * height, channels: 3, background: "black" } }).composite(tiles).removeAlpha().png().toBuffer();
}

function pixelsOf(images: NormalizedImages, k: number, image: RetinaNetConfig["image"], bits: 8): Uint8Array;
function pixelsOf(images: NormalizedImages, k: number, image: RetinaNetConfig["image"], bits: 8 | 16): Uint8Array | Uint16Array;
function pixelsOf({ data, shape: [, height, width] }: NormalizedImages, k: number, { mean, std }: RetinaNetConfig["image"], bits: 8 | 16): Uint8Array | Uint16Array {
  const size = height * width * 3, largest = 2 ** bits - 1;
  const pixels = bits === 8 ? new Uint8Array(size) : new Uint16Array(size);
  for (let i = 0; i < size; i++) pixels[i] = Math.round(Math.min(1, Math.max(0, data[k * size + i] * std[i % 3] + mean[i % 3])) * largest);
  return pixels;
}
