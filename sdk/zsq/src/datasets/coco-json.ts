import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { oneLine, parseJson } from "../weights/parse-json";

const id = z.int().nonnegative();
const length = z.int().positive();
const imageSchema = z.object({ id, file_name: z.string().min(1), width: length, height: length, clip: id.optional(), frame: id.optional() });
const annotationSchema = z.object({
  id, image_id: id, category_id: id,
  bbox: z.tuple([z.number(), z.number(), z.number().nonnegative(), z.number().nonnegative()], { error: "expected [x, y, width, height]" }),
  area: z.number().nonnegative().optional(),
  iscrowd: z.union([z.literal(0), z.literal(1)], { error: "expected 0 or 1" }).default(0),
});
const infoSchema = z.object({
  image_folder: z.string().min(1).optional(),
  window: z.tuple([z.number(), z.number()]).refine(([low, high]) => low < high, "expected [low, high] with low < high").optional(),
});
const schema = z.object({
  info: infoSchema.optional(),
  images: z.array(imageSchema),
  annotations: z.array(annotationSchema.transform((a) => ({ ...a, area: a.area ?? a.bbox[2] * a.bbox[3] }))),
  categories: z.array(z.object({ id, name: z.string() })),
}) satisfies z.ZodType<CocoJson>;

/** A data set in COCO's format; what else its objects hold is dropped. */
export interface CocoJson {
  info?: CocoInfo;
  images: CocoImage[];
  annotations: CocoAnnotation[];
  categories: CocoCategory[];
}

/** What prepared data sets add to COCO's format. */
export interface CocoInfo {
  /** where file names start from; the folder of the annotation file where there is none */
  image_folder?: string;
  /** for gray images of 16 bits: the counts that become 0 and 255 */
  window?: [number, number];
}

export interface CocoImage {
  id: number;
  file_name: string;
  /** pixels */
  width: number;
  height: number;
  /** the film and the place in it, where images are cut from film */
  clip?: number;
  frame?: number;
}

export interface CocoAnnotation {
  id: number;
  image_id: number;
  category_id: number;
  /** x, y, width, height in pixels */
  bbox: [number, number, number, number];
  /** square pixels; width * height where the file has none */
  area: number;
  /** 1: a group that counts neither as found nor as missed; 0 where the file has none */
  iscrowd: 0 | 1;
}

export interface CocoCategory {
  id: number;
  name: string;
}

/** The largest annotation file that is read, in bytes. */
const MAX_BYTES = 256 << 20;

/**
 * Reads a COCO annotation file. Ids must be unique, and images and categories that annotations name must exist.
 *
 * Throws one line that names the file and the place, such as
 * `readCocoJson: invalid annotations[12].bbox in train.json: [0,0,8]; expected [x, y, width, height]`.
 */
export function readCocoJson(path: string): CocoJson {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new Error(`${size} bytes, more than ${MAX_BYTES}`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`readCocoJson: missing ${path}: ${oneLine((error as Error).message)}; expected a readable COCO annotation file`);
  }
  const coco = parseJson(schema, text, "readCocoJson", path);
  const images = uniqueIds(coco.images, "images", path);
  const categories = uniqueIds(coco.categories, "categories", path);
  uniqueIds(coco.annotations, "annotations", path);
  coco.annotations.forEach(({ image_id, category_id }, i) => {
    if (!images.has(image_id)) throw new Error(`readCocoJson: unknown annotations[${i}].image_id in ${path}: ${image_id}; expected the id of an image`);
    if (!categories.has(category_id)) throw new Error(`readCocoJson: unknown annotations[${i}].category_id in ${path}: ${category_id}; expected the id of a category`);
  });
  return coco;
}

function uniqueIds(items: readonly { id: number }[], what: string, path: string): Set<number> {
  const ids = new Set<number>();
  items.forEach((item, i) => {
    if (ids.has(item.id)) throw new Error(`readCocoJson: invalid ${what}[${i}].id in ${path}: ${item.id} again; expected unique ids`);
    ids.add(item.id);
  });
  return ids;
}
