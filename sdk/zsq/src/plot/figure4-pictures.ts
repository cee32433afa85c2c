import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { repositoryRoot } from "../study/repository";
import type { Figure4Result } from "../study/result-schema";

/** JPEG quality: a distilled image is noise, of which PNG would take four times as much. */
const QUALITY = 80;

/**
 * The pictures of Figure 4 by the rows' paths, as data URIs of JPEG.
 *
 * - **out** – folder of outputs, as runFigure4 was given; defaults to out in the repository
 *
 * Throws if one is missing or no PNG.
 */
export async function figure4Pictures({ rows, references, profile }: Pick<Figure4Result, "rows" | "references" | "profile">, { out = join(repositoryRoot(), "out") }: { out?: string } = {}): Promise<Map<string, string>> {
  const pictures = new Map<string, string>();
  for (const { image } of [...rows, ...references]) pictures.set(image, await asJpeg(join(out, profile, "results", image)));
  return pictures;
}

async function asJpeg(path: string): Promise<string> {
  const pixels = tf.node.decodePng(readFileSync(path), 3);
  try {
    const bytes = await tf.node.encodeJpeg(pixels as tf.Tensor3D, "rgb", QUALITY, false, false, false);
    return `data:image/jpeg;base64,${Buffer.from(bytes).toString("base64")}`;
  } finally {
    pixels.dispose();
  }
}
