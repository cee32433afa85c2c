import { CocoEvalError, show, type Source } from "./errors";
import type { Rle } from "./mask/rle";
import { readSegmentation } from "./mask/segmentation";

/** What the reading of masks needs. */
export interface MaskOptions {
  /** [images, 2], width and height in pixels; Infinity where the ground truth does not say */
  sizes: Float64Array;
  strict: boolean;
  source: Source;
}

/**
 * The mask of a detection or annotation.
 *
 * - **place** – of its image
 * - **pointer** – JSON pointer of the segmentation
 */
export function readMask(segmentation: unknown, place: number, pointer: string, { sizes, strict, source }: MaskOptions): Rle {
  const width = sizes[2 * place], height = sizes[2 * place + 1];
  if (!Number.isSafeInteger(width) || !Number.isSafeInteger(height)) throw new CocoEvalError("missing", "groundTruth", "/images", "", "width and height of every image that has masks");
  if (segmentation === undefined) throw new CocoEvalError("missing", source, pointer, "", "this field");
  const fault = (within: string, value: unknown, rule: string): Error => new CocoEvalError("invalid", source, pointer + within, show(value), rule);
  return readSegmentation(segmentation, { height, width, strict, fault });
}
