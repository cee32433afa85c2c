import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { oneLine } from "../weights/parse-json";

/** R, G, B in 0 .. 255: whole numbers of images of 8 bits, or numbers in between of images of 16 bits. */
export type Pixels = Uint8Array | Float32Array;

/** Zeros of the same kind of numbers, so that nothing is cut to bytes. */
export const roomLike = (pixels: Pixels, count: number): Pixels => (pixels instanceof Float32Array ? new Float32Array(count) : new Uint8Array(count));

/** The largest image that is decoded, in pixels. */
export const MAX_PIXELS = 50_000_000;

/** What an image has to be; see decodeImage. */
export interface DecodeOptions {
  /** for gray images of 16 bits, such as radiometric thermal ones: the counts that become 0 and 255 */
  window?: readonly [low: number, high: number];
}

/**
 * Decodes an image of 8 bits per channel into R, G, B, [h, w, 3]; gray is repeated three times. Colour profiles are
 * not applied, as by Pillow. With `window`, the image has to be gray and of 16 bits: its counts are scaled linearly, without
 * rounding, clipped to 0 .. 255.
 *
 * - **imageShape** – [height, width] that it must have; checked before anything is decoded
 *
 * Throws one line that names the file if it is missing, damaged, of another size, of more than 50 million pixels, has an alpha
 * channel or another depth: none of these is mended in silence. Decoded by libvips.
 */
export async function decodeImage(path: string, [height, width]: readonly [number, number], { window }: DecodeOptions = {}): Promise<Pixels> {
  const data = await readFile(path).catch((error: Error) => {
    throw new Error(`decodeImage: missing ${path}: ${oneLine(error.message)}; expected a readable image`);
  });
  try {
    const { width: w, height: h, depth, space, hasAlpha } = await sharp(data, { limitInputPixels: false }).metadata();
    if (w !== width || h !== height) throw new Unfit("invalid", "image size", `${w} x ${h}`, `${width} x ${height}`);
    if (w * h > MAX_PIXELS) throw new Unfit("unsupported", "image size", `${w} x ${h}`, `at most ${MAX_PIXELS} pixels`);
    if (depth !== (window ? "ushort" : "uchar")) throw new Unfit("unsupported", "depth", `${depth} per channel`, window ? "16 bits, for the window of counts" : "8 bits; try a window of counts for gray images of 16 bits");
    const fits = window ? space === "grey16" : space === "srgb" || space === "b-w";
    if (hasAlpha || !fits) throw new Unfit("unsupported", "colours", hasAlpha ? `${space} with alpha` : `${space}`, window ? "gray" : "RGB or gray");
    const image = sharp(data, { ignoreIcc: true, limitInputPixels: width * height });
    const { data: pixels, info } = await (window ? image.toColourspace("grey16").raw({ depth: "ushort" }) : image.raw()).toBuffer({ resolveWithObject: true });
    if (window) return scaleCounts(new Uint16Array(pixels.buffer, pixels.byteOffset, width * height), window);
    return info.channels === 1 ? repeatGray(pixels) : new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length);
  } catch (error) {
    if (error instanceof Unfit) throw new Error(`decodeImage: ${error.kind} ${error.what} of ${path}: ${error.message}; expected ${error.rule}`);
    throw new Error(`decodeImage: damaged ${path}: ${oneLine((error as Error).message)}; expected an image that libvips reads`);
  }
}

// counts of a gray image as R, G, B in 0 .. 255
function scaleCounts(counts: Uint16Array, [low, high]: readonly [number, number]): Float32Array {
  const pixels = new Float32Array(3 * counts.length);
  counts.forEach((count, i) => pixels.fill(Math.min(Math.max((255 * (count - low)) / (high - low), 0), 255), 3 * i, 3 * i + 3));
  return pixels;
}

// An image that is whole, but not what is wanted.
class Unfit extends Error {
  constructor(readonly kind: "invalid" | "unsupported", readonly what: string, received: string, readonly rule: string) {
    super(received);
  }
}

function repeatGray(gray: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(3 * gray.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = gray[Math.floor(i / 3)];
  return pixels;
}
