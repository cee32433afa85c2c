import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { oneLine } from "../weights/parse-json";

/**
 * Decodes an image of 8 bits per channel into R, G, B, [h, w, 3]; gray is repeated three times. Colour profiles are
 * not applied, as by Pillow.
 *
 * - **imageShape** – [height, width] that it must have; checked before anything is decoded
 *
 * Throws one line that names the file if it is missing, damaged, of another size, has an alpha channel or more than 8 bits:
 * none of these is mended in silence. Decoded by libvips.
 */
export async function decodeImage(path: string, [height, width]: readonly [number, number]): Promise<Uint8Array> {
  const data = await readFile(path).catch((error: Error) => {
    throw new Error(`decodeImage: missing ${path}: ${oneLine(error.message)}; expected a readable image`);
  });
  try {
    const { width: w, height: h, depth, space, hasAlpha } = await sharp(data, { limitInputPixels: false }).metadata();
    if (w !== width || h !== height) throw new Unfit("invalid", "image size", `${w} x ${h}`, `${width} x ${height}`);
    if (depth !== "uchar") throw new Unfit("unsupported", "depth", `${depth} per channel`, "8 bits; try converting the image");
    if (hasAlpha || (space !== "srgb" && space !== "b-w")) throw new Unfit("unsupported", "colours", hasAlpha ? `${space} with alpha` : `${space}`, "RGB or gray");
    const { data: pixels, info } = await sharp(data, { ignoreIcc: true, limitInputPixels: width * height }).raw().toBuffer({ resolveWithObject: true });
    return info.channels === 1 ? repeatGray(pixels) : new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length);
  } catch (error) {
    if (error instanceof Unfit) throw new Error(`decodeImage: ${error.kind} ${error.what} of ${path}: ${error.message}; expected ${error.rule}`);
    throw new Error(`decodeImage: damaged ${path}: ${oneLine((error as Error).message)}; expected an image that libvips reads`);
  }
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
