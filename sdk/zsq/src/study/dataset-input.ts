import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCocoJson } from "../datasets/coco-json";
import { imageFolderOf } from "../datasets/image-dataset";
import { sha256OfFile } from "../weights/checksum";
import { sha256 } from "./canonical-json";
import type { FileInput } from "./task";

/** A data set as a task's input: its hash is over the annotation file and every image. Throws if one of them is missing. */
export function datasetInput(path: string): FileInput {
  const coco = readCocoJson(path), folder = imageFolderOf(path, coco);
  const images = coco.images.map(({ file_name }) => sha256OfFile(join(folder, file_name)));
  return { path, sha256: sha256([sha256(readFileSync(path)), ...images].join("\n")) };
}

/** A file as a task's input. Throws if it is missing. */
export const fileInput = (path: string): FileInput => ({ path, sha256: sha256OfFile(path) });
