import { boxIou, greater, lesser } from "./box-iou";
import type { DetectionRecords } from "./detection-records";
import type { GroundTruthTable } from "./ground-truth-table";
import { exactIou } from "./mask/iou";
import { toBbox, type Rle } from "./mask/rle";

/** Measures how much detections and ground truths overlap. */
export interface Overlaps {
  /**
   * Writes the overlap of a detection with ground truths into out[0 ... to - from - 1]; over the detection's own area
   * where the ground truth is a crowd.
   *
   * - **record** – place of the detection in the records
   * - **from**, **to** – rows of the ground-truth table
   */
  measure(record: number, from: number, to: number, out: Float64Array): void;
}

/** No overlap reaches any threshold. */
export const noOverlaps: Overlaps = { measure: (_, from, to, out) => void out.fill(-Infinity, 0, to - from) };

/** Intersection over union of boxes; the same as boxIou, column by column. */
export function boxOverlaps({ boxes }: DetectionRecords, { boxes: { left, top, right, bottom, boxArea }, crowd }: GroundTruthTable): Overlaps {
  return {
    measure(record, from, to, out) {
      const x = boxes[4 * record], y = boxes[4 * record + 1], width = boxes[4 * record + 2], height = boxes[4 * record + 3];
      const x2 = width + x, y2 = height + y, area = width * height;
      for (let g = from; g < to; g++) {
        const w = lesser(x2, right[g]) - greater(x, left[g]), h = lesser(y2, bottom[g]) - greater(y, top[g]);
        if (w <= 0 || h <= 0) out[g - from] = 0;
        else out[g - from] = (w * h) / (crowd[g] === 1 ? area : area + boxArea[g] - w * h);
      }
    },
  };
}

/**
 * Intersection over union of masks; only masks whose boxes overlap are compared.
 *
 * - **truths** – masks by place in the annotation records
 */
export function maskOverlaps(detections: readonly Rle[], truths: readonly Rle[], { record: place, crowd }: GroundTruthTable): Overlaps {
  const boxes = detections.map(toBbox), truthBoxes = truths.map(toBbox);
  return {
    measure(record, from, to, out) {
      for (let g = from; g < to; g++) {
        const isCrowd = crowd[g] === 1, near = boxIou(boxes[record], truthBoxes[place[g]], isCrowd) > 0;
        out[g - from] = near ? exactIou(detections[record], truths[place[g]], isCrowd) : 0;
      }
    },
  };
}
