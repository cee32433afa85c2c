import { fromPolygon } from "./polygon";
import { countsFromString } from "./rle-string";
import { merge, type Rle } from "./rle";

/**
 * A mask in COCO's JSON: polygons (their union; x and y in turn), or run lengths, compressed or as a list; size is
 * height and width.
 */
export type Segmentation = readonly (readonly number[])[] | { size: readonly number[]; counts: string | readonly number[] };

// a polygon costs time along its boundary
const FARTHEST = 1e6;

/** Makes the error for a fault at a JSON pointer within the segmentation. */
export type SegmentationFault = (pointer: string, value: unknown, rule: string) => Error;

/** How a segmentation is read. */
export interface SegmentationOptions {
  /** pixels of the image */
  height: number;
  width: number;
  /** refuse what pycocotools would take but draw wrongly */
  strict: boolean;
  fault: SegmentationFault;
}

/** The mask of a segmentation; throws what `fault` makes of its faults. */
export function readSegmentation(value: unknown, options: SegmentationOptions): Rle {
  const { fault } = options;
  if (Array.isArray(value)) return readPolygons(value, options);
  if (typeof value !== "object" || value === null) throw fault("", value, "polygons or run lengths");
  const { size, counts } = value as Partial<Record<"size" | "counts", unknown>>;
  if (!Array.isArray(size) || size.length !== 2 || !size.every((n) => Number.isSafeInteger(n) && n >= 0)) throw fault("/size", size, "[height, width] in pixels");
  const [height, width] = size as [number, number];
  if (options.strict && (height !== options.height || width !== options.width)) throw fault("/size", size, `[${options.height},${options.width}] as its image`);
  const rle = { height, width, counts: readCounts(counts, fault) }, total = rle.counts.reduce((sum, count) => sum + count, 0);
  if (options.strict && total !== height * width) throw fault("/counts", total, `${height * width} pixels in all`);
  return rle;
}

function readCounts(counts: unknown, fault: SegmentationFault): Uint32Array {
  if (typeof counts === "string") {
    const numbers = countsFromString(counts);
    if (!numbers) throw fault("/counts", counts, "compressed run lengths");
    return numbers;
  }
  if (!Array.isArray(counts)) throw fault("/counts", counts, "run lengths, a string or a list");
  const place = counts.findIndex((count) => !Number.isSafeInteger(count) || count < 0 || count > 0x7fffffff);
  if (place >= 0) throw fault(`/counts/${place}`, counts[place], "a whole number >= 0");
  return Uint32Array.from(counts as number[]);
}

function readPolygons(parts: readonly unknown[], { height, width, strict, fault }: SegmentationOptions): Rle {
  if (parts.length === 0) throw fault("", parts, "at least one polygon");
  return merge(parts.map((part, i) => {
    // pycocotools looks at the length of the first alone
    const isPolygon = Array.isArray(part) && (strict ? part.length >= 6 && part.length % 2 === 0 : part.length >= (i === 0 ? 5 : 2));
    if (!isPolygon) throw fault(`/${i}`, part, "x and y of at least 3 corners");
    const place = part.findIndex((x) => !(Math.abs(x as number) <= FARTHEST));
    if (place >= 0) throw fault(`/${i}/${place}`, part[place], "a number of at most a million pixels");
    return fromPolygon(part as number[], height, width);
  }));
}
