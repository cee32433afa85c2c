import { dirname, isAbsolute, relative, resolve } from "node:path";
import { readCocoJson, type CocoCategory, type CocoImage, type CocoJson } from "./coco-json";
import { decodeImage, type Pixels } from "./decode-image";

/** What is to be found in an image; g objects, crowds and boxes without area left out. */
export interface ImageObjects {
  /** [g, 4]: x1, y1, x2, y2 in pixels */
  boxes: Float32Array;
  /** [g]: column of the classification output, which is the category id */
  labels: Int32Array;
}

/** Some images of a data set, in the order asked for. */
export interface ImageBatch {
  /** R, G, B in 0 .. 255, contiguous [n, h, w, 3] */
  pixels: Pixels;
  shape: [number, number, number, number];
  /** one per image */
  objects: ImageObjects[];
}

/** See openDataset. */
export interface OpenOptions {
  /** where file names start from; defaults to the file's `info.image_folder`, or its own folder */
  imageFolder?: string;
}

/**
 * Opens a data set in COCO's format; images are decoded when asked for. Gray images of 16 bits need `info.window` in the
 * file, see decodeImage.
 *
 * Category k is column k of the classification output: column 0 is torchvision's background.
 * Throws one line naming file and place if the JSON file is missing or invalid, has no images or file names that lead out
 * of the folder.
 */
export function openDataset(jsonPath: string, { imageFolder }: OpenOptions = {}): ImageDataset {
  const coco = readCocoJson(jsonPath), folder = imageFolder ?? imageFolderOf(jsonPath, coco);
  if (!coco.images.length) throw new Error(`openDataset: missing images in ${jsonPath}: 0; expected at least 1`);
  const files = coco.images.map((image, i) => {
    const file = resolve(folder, image.file_name);
    const inside = relative(folder, file);
    if (inside.startsWith("..") || isAbsolute(inside)) throw new Error(`openDataset: invalid images[${i}].file_name in ${jsonPath}: ${image.file_name}; expected a path inside ${folder}`);
    return file;
  });
  return new ImageDataset(coco, files);
}

/** Where the file names of an annotation file start from. */
export const imageFolderOf = (jsonPath: string, { info }: Pick<CocoJson, "info">): string => resolve(dirname(jsonPath), info?.image_folder ?? ".");

/** Images with what is in them; made by openDataset. */
export class ImageDataset {
  private cache: Pixels | null = null;
  private readonly objects: ImageObjects[];

  constructor(
    /** the whole annotation file, as coco-eval-ts takes it */
    readonly groundTruth: CocoJson,
    private readonly files: readonly string[],
  ) {
    this.objects = objectsByImage(groundTruth);
  }

  get images(): readonly CocoImage[] { return this.groundTruth.images; }
  get categories(): readonly CocoCategory[] { return this.groundTruth.categories; }
  /** number of images */
  get size(): number { return this.files.length; }

  /** [height, width] in pixels of every image. Throws if they have several sizes; see shapeOf. */
  get imageShape(): readonly [number, number] {
    return this.commonShape(this.files.keys());
  }

  /** [height, width] in pixels of one image. */
  shapeOf(index: number): readonly [number, number] {
    this.check(index);
    return [this.images[index].height, this.images[index].width];
  }

  /** Objects of each image, in the order of `images`; nothing is decoded. */
  objectsOf(index: number): ImageObjects {
    this.check(index);
    return this.objects[index];
  }

  /** Pixels and objects of the images at these places of `images`, which have one size. Throws one line that names a missing or damaged file. */
  async load(indices: ArrayLike<number>): Promise<ImageBatch> {
    const places = Array.from(indices), [height, width] = this.commonShape(places);
    const each = height * width * 3, pixels = this.room(indices.length * each);
    await inTurns(places.length, 4, async (k) => {
      const index = places[k];
      pixels.set(this.cache?.subarray(index * each, (index + 1) * each) ?? (await this.decode(index)), k * each);
    });
    return { pixels, shape: [places.length, height, width, 3], objects: places.map((index) => this.objects[index]) };
  }

  /**
   * Decodes all images, of one size, into memory (size * h * w * 3 numbers), from where load() then copies.
   *
   * - **concurrency** – images decoded at a time; defaults to 4
   * - **onProgress** – called after each image with how many are done
   */
  async loadAll({ concurrency = 4, onProgress }: { concurrency?: number; onProgress?: (done: number, total: number) => void } = {}): Promise<void> {
    if (this.cache) return;
    const each = this.imageShape[0] * this.imageShape[1] * 3, all = this.room(this.size * each);
    let done = 0;
    await inTurns(this.size, concurrency, async (k) => {
      all.set(await this.decode(k), k * each);
      onProgress?.(++done, this.size);
    });
    this.cache = all;
  }

  private decode(index: number): Promise<Pixels> {
    return decodeImage(this.files[index], this.shapeOf(index), { window: this.groundTruth.info?.window });
  }

  private room(count: number): Pixels {
    return this.groundTruth.info?.window ? new Float32Array(count) : new Uint8Array(count);
  }

  private commonShape(indices: Iterable<number>): readonly [number, number] {
    let first = this.shapeOf(0), seen = 0;
    for (const index of indices) {
      const shape = this.shapeOf(index);
      if (seen++ === 0) first = shape;
      else if (shape[0] !== first[0] || shape[1] !== first[1]) throw new Error(`ImageDataset: unsupported size of images[${index}]: ${shape[1]} x ${shape[0]}; expected ${first[1]} x ${first[0]} as the others`);
    }
    return first;
  }

  private check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) throw new RangeError(`ImageDataset: invalid index: ${index}; expected an integer in [0, ${this.size})`);
  }
}

function objectsByImage({ images, annotations }: CocoJson): ImageObjects[] {
  const found = new Map(images.map((image) => [image.id, { boxes: [] as number[], labels: [] as number[] }]));
  for (const { image_id, category_id, iscrowd, bbox: [x, y, width, height] } of annotations) {
    const image = found.get(image_id);
    if (!image || iscrowd || width <= 0 || height <= 0) continue;
    image.boxes.push(x, y, x + width, y + height);
    image.labels.push(category_id);
  }
  return [...found.values()].map(({ boxes, labels }) => ({ boxes: Float32Array.from(boxes), labels: Int32Array.from(labels) }));
}

// f(0) .. f(count - 1), at most `concurrency` at a time; after a failure no more are begun
async function inTurns(count: number, concurrency: number, f: (k: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      await f(next++).catch((error: unknown) => {
        next = count;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
}
