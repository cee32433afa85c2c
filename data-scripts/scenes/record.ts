import { createHash } from "node:crypto";
import sharp from "sharp";
import { drawScene } from "./scene";
import { Domain, Scene, Split } from "./types";

/** One part of a data set. */
export interface Part {
  domain: Domain;
  split: Split;
}

/** What is known about a written image without opening it. */
export interface SceneRecord {
  index: number;
  /** [x, y, width, height] in pixels */
  boxes: number[][];
  /** category ids */
  labels: number[];
  /** SHA-256 of the pixels, the same everywhere */
  pixels: string;
  /** SHA-256 of the PNG file, the same wherever the encoder is the same */
  file: string;
}

/** The folder-relative name of an image, such as "train/000000.png". */
export function imageName(split: Split, index: number): string {
  return `${split}/${String(index).padStart(6, "0")}.png`;
}

/** The SHA-256 of bytes or text, in hexadecimal. */
export function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Draws an image and encodes it as PNG: 8 bits, RGB for visible and one gray channel for thermal. */
export async function makeImage(seed: number, { domain, split }: Part, index: number): Promise<{ record: SceneRecord; png: Buffer }> {
  const scene = drawScene({ seed, domain, split, index }), png = await encode(scene);
  return { record: { index, boxes: scene.boxes, labels: scene.labels, pixels: sha256(scene.pixels), file: sha256(png) }, png };
}

function encode({ pixels, width, height, channels }: Scene): Promise<Buffer> {
  const image = sharp(pixels, { raw: { width, height, channels } });
  return image.toColourspace(channels === 1 ? "b-w" : "srgb").png({ compressionLevel: 6 }).toBuffer();
}
