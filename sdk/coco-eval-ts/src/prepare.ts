import { boxOverlaps, type Overlaps } from "./overlaps";
import type { DetectionRecords } from "./detection-records";
import { tabulate, type AnnotationRecords, type GroundTruthTable } from "./ground-truth-table";
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
  return { gt, records, slots: assignSlots(records, detections.order, detections.category, images, categories, maxDet), overlaps: boxOverlaps(records, gt) };
}
