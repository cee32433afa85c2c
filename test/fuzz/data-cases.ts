import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "zsq/dist/tensor/random";
import { writeCocoTree, writeFlirTree } from "../helpers/download-trees";
import type { Case } from "./cases";
import { canonical } from "./digest";
import { mutate, mutateJson } from "./mutate";

type Fields = Record<string, unknown>;

/** Damaged images and annotation files, so many of both together; `digestOf` says what a whole file is read as. */
export async function* dataCases(seed: number, mutants: number, folder: string, digestOf: (one: Case) => Promise<string>): AsyncIterable<Case> {
  const random = new Random(seed, 1), half = Math.ceil(mutants / 2), images = await wholeImages();
  const known = new Map<string, string>();
  for (const one of images) known.set(one.file, await digestOf(one));
  for (let i = 0; i < half; i++) {
    const one = images[i % images.length];
    // a PNG has checksums: what is read of it is what it was. Of the others what is recorded of a data set is its SHA-256
    yield { ...one, name: `${one.name}, mutant`, data: mutate(random, one.data), right: one.file.endsWith(".png") ? known.get(one.file)! : "any" };
  }
  await writeCocoTree(join(folder, "coco"), 3);
  await writeFlirTree(join(folder, "flir"), { train: 3, val: 2 });
  const coco = readFileSync(join(folder, "coco/annotations/instances_val2017.json"), "utf8"), flir = readFileSync(join(folder, "flir/train/thermal_annotations.json"), "utf8");
  for (let i = half; i < mutants; i++) {
    const data = mutateJson(random, i % 2 ? flir : coco);
    if (i % 2) yield { name: `FLIR's annotations, mutant ${i}`, kind: "flir", file: "flir/train/thermal_annotations.json", data, right: "any", wrong: "unsound", folder: "flir" };
    else yield { name: `COCO's annotations, mutant ${i}`, kind: "coco", file: "a.json", data, right: jsonDigest(data.toString()) };
  }
}

// gray and colour, 8 and 16 bits, in the formats that data sets come in
async function wholeImages(): Promise<Case[]> {
  const [width, height] = [24, 20], colour = sharp(Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * i) % 251), { raw: { width, height, channels: 3 } });
  const counts = sharp(Uint16Array.from({ length: width * height }, (_, i) => (i * 137) % 65_536), { raw: { width, height, channels: 1 } }).toColourspace("grey16");
  const files: [string, Buffer][] = [
    ["a.png", await colour.clone().png().toBuffer()], ["a.jpg", await colour.clone().jpeg().toBuffer()], ["a.tiff", await counts.clone().tiff({ compression: "none" }).toBuffer()],
    ["gray.png", await colour.clone().toColourspace("b-w").png().toBuffer()], ["gray.jpg", await colour.clone().toColourspace("b-w").jpeg().toBuffer()], ["packed.tiff", await counts.clone().tiff({ compression: "lzw" }).toBuffer()],
  ];
  return files.map(([file, data]) => ({ name: file, kind: "image", file, data, shape: [height, width], right: "any" }));
}

// What Node's own parser finds in an annotation file; "refused" where that is not one.
function jsonDigest(text: string): string {
  try {
    const { images, annotations, categories, info } = JSON.parse(text) as Record<"images" | "annotations" | "categories", Fields[]> & { info?: Fields };
    const some = (item: Fields, ...keys: string[]): Fields => Object.fromEntries(keys.filter((key) => key in item).map((key) => [key, item[key]]));
    return canonical({
      ...(info && { info: some(info, "image_folder", "window") }), images: images.map((item) => some(item, "id", "file_name", "width", "height", "clip", "frame")),
      annotations: annotations.map((item) => { const [, , w, h] = item.bbox as number[]; return { area: w * h, iscrowd: 0, ...some(item, "id", "image_id", "category_id", "bbox", "area", "iscrowd") }; }),
      categories: categories.map((item) => some(item, "id", "name")),
    });
  } catch {
    return "refused";
  }
}
