import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "zsq";

/** A data set of noise images of 64 x 32 with two boxes in each but the last; `framesPerClip` makes clips of them. Returns the path of its JSON. */
export async function writeSyntheticDataset(folder: string, { images = 4, seed = 1, framesPerClip = 0 } = {}): Promise<string> {
  mkdirSync(join(folder, "images"), { recursive: true });
  for (let i = 0; i < images; i++) await sharp(noisePixels(i, seed), { raw: { width: 64, height: 32, channels: 3 } }).png().toFile(join(folder, "images", `${i}.png`));
  const annotations = Array.from({ length: 2 * (images - 1) }, (_, k) => ({
    id: k + 1, image_id: 10 + Math.floor(k / 2), category_id: 1 + (k % 2), bbox: [4 * k, 2, 12, 16], area: 192, iscrowd: 0,
  }));
  const path = join(folder, "set.json");
  writeFileSync(path, JSON.stringify({
    images: Array.from({ length: images }, (_, i) => ({ id: 10 + i, file_name: `images/${i}.png`, width: 64, height: 32, ...(framesPerClip > 0 && { clip: Math.floor(i / framesPerClip), frame: i % framesPerClip }) })),
    annotations, categories: [{ id: 1, name: "one" }, { id: 2, name: "two" }],
  }));
  return path;
}

/** Pixels of image i of the data set, [32, 64, 3]. */
export function noisePixels(i: number, seed = 1): Uint8Array {
  const random = new Random(seed, i);
  return Uint8Array.from({ length: 32 * 64 * 3 }, () => random.integer(0, 256));
}
