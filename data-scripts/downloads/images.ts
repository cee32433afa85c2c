import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import sharp from "sharp";
import type { Split } from "./split";

/** What is wrong with the images of a split. */
export interface ImageReport {
  /** file names that are not there */
  missing: string[];
  /** those that are, but are no image of the size and depth that the annotations tell */
  wrong: { file: string; reason: string }[];
  /** SHA-256 by file name, of every file that is there */
  sha256: Map<string, string>;
}

/**
 * Reads every image file of a split once: its checksum, and by its header whether it is an image of the right size and
 * depth. Nothing is decoded, copied or changed.
 *
 * - **bits** – per channel, 8 or 16
 */
export async function checkImages({ coco }: Split, bits: 8 | 16, onProgress?: (done: number, total: number) => void): Promise<ImageReport> {
  const report: ImageReport = { missing: [], wrong: [], sha256: new Map() }, { images, info } = coco, depth = bits === 16 ? "ushort" : "uchar";
  const outside = images.find(({ file_name }) => { const inside = relative(info.image_folder, resolve(info.image_folder, file_name)); return inside.startsWith("..") || isAbsolute(inside); });
  if (outside) throw new Error(`checkImages: invalid file_name: ${outside.file_name}; expected a path inside ${info.image_folder}`);
  let done = 0, next = 0;
  const hashes = new Array<string | null>(images.length).fill(null), reasons = new Array<string | null>(images.length).fill(null);
  const worker = async (): Promise<void> => {
    while (next < images.length) {
      const k = next++, { file_name, width, height } = images[k];
      const data = await readFile(resolve(info.image_folder, file_name)).catch(() => null);
      if (data) {
        hashes[k] = createHash("sha256").update(data).digest("hex");
        reasons[k] = await sharp(data, { limitInputPixels: false }).metadata().then(
          (found) => (found.width !== width || found.height !== height ? `${found.width} x ${found.height}; expected ${width} x ${height}` : found.depth !== depth ? `${found.depth} per channel; expected ${bits} bits` : null),
          () => "no image; expected one",
        );
      }
      onProgress?.(++done, images.length);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  images.forEach(({ file_name: file }, k) => {
    const [hash, reason] = [hashes[k], reasons[k]];
    if (hash === null) report.missing.push(file);
    else report.sha256.set(file, hash);
    if (reason !== null) report.wrong.push({ file, reason });
  });
  return report;
}
