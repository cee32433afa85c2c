import { gather, identity } from "./counting-sort";
import { boxOverlaps, maskOverlaps, type Overlaps } from "./overlaps";
import type { DetectionRecords } from "./detection-records";
import { tabulate, type AnnotationRecords, type GroundTruthTable } from "./ground-truth-table";
import { keypointOverlaps } from "./keypoints";
import type { Arrange } from "./scope";
import { assignSlots, type Slots } from "./slots";

/** Sorted input: what all computations start from. */
export interface Prepared {
  gt: GroundTruthTable;
  records: DetectionRecords;
  slots: Slots;
  overlaps: Overlaps;
}

/**
 * Sorts annotations and detections into cells.
 *
 * - **arrange** – order and category of the records, as scope.arrange
 * - **images**, **categories** – how many there are
 * - **maxDet** – limit on detections per cell
 */
export function prepare(annotations: AnnotationRecords, records: DetectionRecords, arrange: Arrange, images: number, categories: number, maxDet: number): Prepared {
  const truths = arrange(annotations.category, annotations.count), detections = arrange(records.category, records.count);
  const gt = tabulate(annotations, truths.order, truths.category, images, categories);
  const overlaps = overlapsOf(annotations, records, gt);
  return { gt, records, slots: assignSlots(records, detections.order, detections.category, images, categories, maxDet), overlaps };
}

function overlapsOf(annotations: AnnotationRecords, records: DetectionRecords, gt: GroundTruthTable): Overlaps {
  if (annotations.masks && records.masks) return maskOverlaps(records.masks, annotations.masks, gt);
  return annotations.keypoints && records.keypoints ? keypointOverlaps(records, annotations, gt) : boxOverlaps(records, gt);
}

/** Sorted input with one cell per image, whatever the categories. */
export interface PreparedImages extends Prepared {
  /** [rows of ground truth] */
  truthCategory: Int32Array;
  /** [slots] */
  category: Int32Array;
}

/** Sorts annotations and detections by image alone; the limit on detections is one per image. */
export function prepareImages(annotations: AnnotationRecords, records: DetectionRecords, images: number, maxDet: number): PreparedImages {
  const inFileOrder: Arrange = (_, count) => ({ order: identity(count), category: new Int32Array(count) });
  const sorted = prepare(annotations, records, inFileOrder, images, 1, maxDet), { gt, slots } = sorted;
  return {
    ...sorted,
    truthCategory: gather(annotations.category, gt.record, new Int32Array(gt.count)),
    category: gather(records.category, slots.record.subarray(0, slots.count), new Int32Array(slots.count)),
  };
}
