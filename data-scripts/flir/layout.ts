import { basename, join, resolve } from "node:path";
import { readCocoJson, type CocoImage } from "zsq/dist/datasets/coco-json";
import { inFileOrder, mapCategories, type Split } from "../downloads/split";

/** Thermal images of FLIR ADAS v1.3. */
export const FLIR_ADAS = { train: 8862, val: 1366 } as const;

/** What is to be found, as columns of the classifier; dogs and other vehicles are left out, as in the study. */
const CATEGORIES = [{ id: 1, name: "person" }, { id: 2, name: "car" }, { id: 3, name: "bicycle" }];
const COLUMNS = new Map(CATEGORIES.map(({ id, name }) => [name, id]));

/** See flirSplits. */
export interface FlirOptions {
  /** 8: the JPEG files of the camera's gain control; 16: the TIFF files of its counts; default 8 */
  bits?: 8 | 16;
  /** for 16 bits: the counts that become 0 and 255 */
  window?: [number, number];
  /** images of each part, for tests on small trees */
  expected?: { train: number; val: number };
}

/**
 * FLIR ADAS v1.3 in a download that was unpacked as it is: `train` and `val`, each with `thermal_annotations.json`,
 * `thermal_8_bit/FLIR_*.jpeg` and `thermal_16_bit/FLIR_*.tiff`. Images come in the order of their numbers, which is that of the
 * film: `frame` is the number. Annotations are numbered anew, from 1, as COCO's evaluation wants.
 *
 * Throws one line if an annotation file is missing or damaged, a file has no number, or bits and window do not fit each other.
 */
export function flirSplits(folder: string, { bits = 8, window, expected = FLIR_ADAS }: FlirOptions = {}): Split[] {
  if ((bits === 16) !== (window !== undefined)) throw new RangeError(`flirSplits: invalid window: ${String(window)}; expected ${bits === 16 ? "[low, high], the counts that become 0 and 255" : "none for 8 bits"}`);
  return (["train", "val"] as const).map((name) => {
    const annotations = join(folder, name, "thermal_annotations.json"), coco = readCocoJson(annotations);
    const { kept, dropped } = mapCategories(coco, COLUMNS);
    const images = inFileOrder(coco.images).map((image) => ({ ...image, ...placeOf(image, bits, annotations) }));
    return {
      name, annotations, dropped, expected: { images: expected[name] }, found: { images: images.length, annotations: coco.annotations.length },
      coco: { images, annotations: kept.map((annotation, i) => ({ ...annotation, id: i + 1 })), categories: CATEGORIES, info: { image_folder: resolve(folder, name), ...(window && { window }) } },
    };
  });
}

// the annotations name the 8-bit file; the 16-bit one has the same number
function placeOf({ file_name }: CocoImage, bits: 8 | 16, annotations: string): { file_name: string; frame: number } {
  const stem = basename(file_name).replace(/\.[^.]*$/, ""), number = /^FLIR_(?:video_)?(\d+)$/.exec(stem)?.[1];
  if (number === undefined) throw new Error(`flirSplits: invalid file_name in ${annotations}: ${file_name}; expected FLIR_ and a number`);
  return { file_name: bits === 16 ? `thermal_16_bit/${stem}.tiff` : `thermal_8_bit/${stem}.jpeg`, frame: Number(number) };
}
