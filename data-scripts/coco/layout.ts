import { join, resolve } from "node:path";
import { readCocoJson } from "zsq/dist/datasets/coco-json";
import type { Split } from "../downloads/split";

/** Images and annotations of COCO's val2017. */
export const COCO_VAL2017 = { images: 5000, annotations: 36_781 } as const;

/**
 * COCO val2017 in a download that was unpacked as it is: `val2017/*.jpg` and `annotations/instances_val2017.json`. Category ids
 * stay COCO's, 1 to 90: the columns of torchvision's classifier.
 *
 * - **expected** – counts, for tests on small trees
 *
 * Throws one line that names the annotation file if it is missing or damaged.
 */
export function cocoSplits(folder: string, expected: { images: number; annotations: number } = COCO_VAL2017): Split[] {
  const annotations = join(folder, "annotations/instances_val2017.json"), coco = readCocoJson(annotations);
  const found = { images: coco.images.length, annotations: coco.annotations.length };
  return [{ name: "val", annotations, coco: { ...coco, info: { image_folder: resolve(folder, "val2017") } }, dropped: {}, expected, found }];
}
