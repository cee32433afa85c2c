import { dirname, isAbsolute, relative, resolve } from "node:path";
import { readCocoJson, type CocoCategory, type CocoImage, type CocoJson } from "./coco-json";
import { decodeImage } from "./decode-image";

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
  pixels: Uint8Array;
  shape: [number, number, number, number];
  /** one per image */
  objects: ImageObjects[];
}

/** See openDataset. */
export interface OpenOptions {
  /** where file names start from; defaults to the folder of the JSON file */
  imageFolder?: string;
}

/**
 * Opens a data set in COCO's format whose images have equal size; images are decoded when asked for.
 *
 * Category k is column k of the classification output: column 0 is torchvision's background.
 * Throws one line naming file and place if the JSON file is missing or invalid, has no images, images of several sizes
 * or file names that lead out of the folder.
 */
export function openDataset(jsonPath: string, { imageFolder = dirname(jsonPath) }: OpenOptions = {}): ImageDataset {
  const coco = readCocoJson(jsonPath);
  const [first] = coco.images;
  if (!first) throw new Error(`openDataset: missing images in ${jsonPath}: 0; expected at least 1`);
  const files = coco.images.map((image, i) => {
    if (image.width !== first.width || image.height !== first.height) {
      throw new Error(`openDataset: unsupported size of images[${i}] in ${jsonPath}: ${image.width} x ${image.height}; expected ${first.width} x ${first.height} as images[0]`);
    }
    const file = resolve(imageFolder, image.file_name);
    const inside = relative(imageFolder, file);
    if (inside.startsWith("..") || isAbsolute(inside)) throw new Error(`openDataset: invalid images[${i}].file_name in ${jsonPath}: ${image.file_name}; expected a path inside ${imageFolder}`);
    return file;
  });
  return new ImageDataset(coco, files, [first.height, first.width]);
}

/** Images of equal size with what is in them; made by openDataset. */
export class ImageDataset {
  private cache: Uint8Array | null = null;
  private readonly objects: ImageObjects[];

  constructor(
    /** the whole annotation file, as coco-eval-ts takes it */
    readonly groundTruth: CocoJson,
    private readonly files: readonly string[],
    /** [height, width] in pixels */
    readonly imageShape: readonly [number, number],
  ) {
    this.objects = objectsByImage(groundTruth);
  }

  get images(): readonly CocoImage[] { return this.groundTruth.images; }
  get categories(): readonly CocoCategory[] { return this.groundTruth.categories; }
  /** number of images */
  get size(): number { return this.files.length; }

  /** Objects of each image, in the order of `images`; nothing is decoded. */
  objectsOf(index: number): ImageObjects {
    this.check(index);
    return this.objects[index];
  }

  /** Pixels and objects of the images at these places of `images`. Throws one line that names a missing or damaged file. */
  async load(indices: ArrayLike<number>): Promise<ImageBatch> {
    const [height, width] = this.imageShape;
    const bytes = height * width * 3;
    const pixels = new Uint8Array(indices.length * bytes);
    const places = Array.from(indices);
    places.forEach((index) => this.check(index));
    await inTurns(places.length, 4, async (k) => {
      const index = places[k];
      pixels.set(this.cache?.subarray(index * bytes, (index + 1) * bytes) ?? (await decodeImage(this.files[index], this.imageShape)), k * bytes);
    });
    return { pixels, shape: [places.length, height, width, 3], objects: places.map((index) => this.objects[index]) };
  }

  /**
   * Decodes all images into memory (size * h * w * 3 bytes), from where load() then copies.
   *
   * - **concurrency** – images decoded at a time; defaults to 4
   * - **onProgress** – called after each image with how many are done
   */
  async loadAll({ concurrency = 4, onProgress }: { concurrency?: number; onProgress?: (done: number, total: number) => void } = {}): Promise<void> {
    if (this.cache) return;
    const bytes = this.imageShape[0] * this.imageShape[1] * 3;
    const all = new Uint8Array(this.size * bytes);
    let done = 0;
    await inTurns(this.size, concurrency, async (k) => {
      all.set(await decodeImage(this.files[k], this.imageShape), k * bytes);
      onProgress?.(++done, this.size);
    });
    this.cache = all;
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
