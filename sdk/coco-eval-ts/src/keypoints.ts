import type { DetectionRecords } from "./detection-records";
import type { AnnotationRecords, GroundTruthTable } from "./ground-truth-table";
import type { Overlaps } from "./overlaps";
import { pairwiseSum } from "./pairwise-mean";

// numpy's spacing(1)
const EPS = 2 ** -52;

/** Spread of each of COCO's 17 keypoints of a person, nose to ankles, as a share of the object's size. */
export const personSigmas = (): number[] => [0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89].map((sigma) => sigma / 10);

/** Keypoints of objects. */
export interface Keypoints {
  /** [objects, k, 3]: x and y in pixels, and visibility (0: not labelled) */
  points: Float64Array;
  /** [k] */
  sigmas: readonly number[];
}

/**
 * Object keypoint similarity: the mean over labelled keypoints of exp(-d^2 / (2 area (2 sigma)^2)), d the distance in
 * pixels. Where none is labelled d is the distance to a box of twice the size.
 *
 * JavaScript's exp may differ from numpy's in the last bit: a similarity can, in rare cases, too.
 *
 * Source: COCOeval.computeOks.
 */
export function keypointOverlaps({ keypoints: found }: DetectionRecords, { keypoints, boxes, area }: AnnotationRecords, { record: place }: GroundTruthTable): Overlaps {
  const { points, sigmas } = keypoints!, k = sigmas.length, variances = sigmas.map((sigma) => (sigma * 2) * (sigma * 2)), terms = new Float64Array(k);
  const similarity = (detection: number, truth: number): number => {
    const [x, y, width, height] = boxes.subarray(4 * truth, 4 * truth + 4), size = area[truth] + EPS;
    const of = (j: number, dx: number, dy: number): number => Math.exp(-((dx * dx + dy * dy) / variances[j] / size / 2));
    let n = 0;
    for (let j = 0; j < k; j++) {
      const t = 3 * (truth * k + j), d = 3 * (detection * k + j);
      if (points[t + 2] > 0) terms[n++] = of(j, found!.points[d] - points[t], found!.points[d + 1] - points[t + 1]);
    }
    if (n > 0) return pairwiseSum(terms, 0, n) / n;
    for (let j = 0; j < k; j++) {
      const d = 3 * (detection * k + j);
      terms[j] = of(j, beyond(found!.points[d], x - width, x + width * 2), beyond(found!.points[d + 1], y - height, y + height * 2));
    }
    return pairwiseSum(terms, 0, k) / k;
  };
  return {
    measure(record, from, to, out) {
      for (let g = from; g < to; g++) out[g - from] = similarity(record, place[g]);
    },
  };
}

// distance of a value to an interval
const beyond = (value: number, low: number, high: number): number => Math.max(0, low - value) + Math.max(0, value - high);
