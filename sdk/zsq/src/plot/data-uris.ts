import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { repositoryRoot } from "../study/repository";

/** JPEG quality: a distilled image is noise, of which PNG would take four times as much. */
const QUALITY = 80;

/** Where pictures of a result are. */
export interface PicturesOptions {
  /** folder of outputs, as the run was given; defaults to out in the repository */
  out?: string;
}

/** Pictures by their paths in the folder of results, as data URIs of JPEG. Throws if one is missing or no PNG. */
export async function dataUris(paths: readonly string[], profile: string, { out = join(repositoryRoot(), "out") }: PicturesOptions): Promise<Map<string, string>> {
  const pictures = new Map<string, string>();
  for (const path of paths) pictures.set(path, await asJpeg(join(out, profile, "results", path)));
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
