import { boxIou } from "../box-iou";
import { area, toBbox, type Rle } from "./rle";

/**
 * Intersection over union of masks; over the detection's own area where the ground truth is a crowd. -1 where sizes
 * differ (and boxes overlap), as in pycocotools.
 *
 * Source: rleIou in pycocotools' maskApi.c.
 */
export function maskIou(detection: Rle, truth: Rle, crowd = false): number {
  return boxIou(toBbox(detection), toBbox(truth), crowd) > 0 ? exactIou(detection, truth, crowd) : 0;
}

/** The same for masks whose boxes overlap. */
export function exactIou(detection: Rle, truth: Rle, crowd: boolean): number {
  if (detection.height !== truth.height || detection.width !== truth.width) return -1;
  const a = detection.counts, b = truth.counts;
  let i = 1, j = 1, restA = a[0], restB = b[0], inA = 0, inB = 0, both = 0, either = 0;
  do {
    const length = restA < restB ? restA : restB;
    either += (inA | inB) * length;
    both += (inA & inB) * length;
    restA -= length;
    restB -= length;
    if (restA === 0 && i < a.length) {
      restA = a[i++];
      inA ^= 1;
    }
    if (restB === 0 && j < b.length) {
      restB = b[j++];
      inB ^= 1;
    }
  } while (restA + restB > 0);
  return both === 0 ? 0 : both / (crowd ? area(detection) : either);
}
