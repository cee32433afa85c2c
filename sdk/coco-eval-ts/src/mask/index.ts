import { countsFromString, countsToString } from "./rle-string";
import type { Rle } from "./rle";

export { area, decode, encode, merge, toBbox } from "./rle";
export { fromBox, fromPolygon } from "./polygon";
export { maskIou as iou } from "./iou";
export type { Rle } from "./rle";
export type { Segmentation } from "./segmentation";

/** A mask in COCO's JSON, compressed. */
export const toJson = ({ height, width, counts }: Rle): { size: [number, number]; counts: string } => ({ size: [height, width], counts: countsToString(counts) });

/** The mask of compressed run lengths. Throws where the string is none. */
export function fromJson({ size: [height, width], counts }: { size: readonly number[]; counts: string }): Rle {
  const numbers = countsFromString(counts);
  if (!numbers) throw new RangeError(`fromJson: invalid counts: ${counts.slice(0, 40)}; expected compressed run lengths`);
  return { height, width, counts: numbers };
}
