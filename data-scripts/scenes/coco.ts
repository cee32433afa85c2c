import { imageName, Part, SceneRecord, sha256 } from "./record";
import { CATEGORIES, clipOf, GENERATOR_VERSION, HEIGHT, WIDTH } from "./types";

/** A COCO file as written here: COCO's own fields, and what makes the images comparable and checkable. */
export interface CocoFile {
  info: { description: string; seed: number; domain: string; split: string; version: number; license: string };
  images: { id: number; file_name: string; width: number; height: number; clip: number; frame: number; sha256: string }[];
  annotations: { id: number; image_id: number; category_id: number; bbox: number[]; area: number; iscrowd: 0 }[];
  categories: readonly { id: number; name: string }[];
}

/** The annotations of a part in COCO's form; `records` in the order of their numbers, without gaps. */
export function toCoco(seed: number, part: Part, records: readonly SceneRecord[]): CocoFile {
  const images = records.map(({ index, pixels }) => ({
    id: index + 1, file_name: imageName(part.split, index), width: WIDTH, height: HEIGHT, ...clipOf(part.split, index), sha256: pixels,
  }));
  const annotations = records.flatMap(({ index, boxes, labels }) =>
    boxes.map((bbox, i) => ({ id: 0, image_id: index + 1, category_id: labels[i], bbox, area: bbox[2] * bbox[3], iscrowd: 0 as const })));
  annotations.forEach((annotation, i) => { annotation.id = i + 1; });
  const info = { description: "procedural street scenes", seed, ...part, version: GENERATOR_VERSION, license: "Apache-2.0" };
  return { info, images, annotations, categories: CATEGORIES };
}

/** The SHA-256 over the pixels and boxes of a part, whatever the encoder of its files. */
export function checksum(records: readonly SceneRecord[]): string {
  return sha256(records.map(({ pixels, boxes, labels }) => `${pixels} ${JSON.stringify(boxes)} ${JSON.stringify(labels)}\n`).join(""));
}

/** The checksums of the files, as `sha256sum --check` reads them. */
export function toChecksums(part: Part, records: readonly SceneRecord[]): string {
  return records.map(({ index, file }) => `${file}  ${imageName(part.split, index)}\n`).join("");
}

/** The records that a COCO file and its list of checksums were written from. */
export function fromCoco(coco: CocoFile, checksums: string): SceneRecord[] {
  const files = checksums.trimEnd().split("\n").map((line) => line.slice(0, 64));
  const records = coco.images.map((image, index) => ({ index, boxes: [] as number[][], labels: [] as number[], pixels: image.sha256, file: files[index] }));
  for (const { image_id, category_id, bbox } of coco.annotations) {
    records[image_id - 1].boxes.push(bbox);
    records[image_id - 1].labels.push(category_id);
  }
  return records;
}
