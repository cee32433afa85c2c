import { checkIou } from "./errors";
import { forEachCell } from "./match";
import type { PreparedImages } from "./prepare";
import type { Label } from "./summarize";

/** Which categories are taken for which. */
export interface ConfusionMatrix {
  /** K */
  categories: Label[];
  /**
   * [K + 1, K + 1], row-major: matrix[t * (K + 1) + d] ground truths of category t taken for category d. The last row
   * counts detections of nothing, the last column ground truths that no detection fits.
   */
  matrix: Int32Array;
}

/** How detections are matched for a confusion matrix. */
export interface ConfusionOptions {
  /** IoU from which a detection fits; defaults to .5 */
  iou?: number;
  /** detections of a lower score are left out; defaults to .5 */
  minScore?: number;
}

/**
 * Matches the detections of each image with its ground truths whatever their categories: by falling score, each takes
 * the free ground truth with which it overlaps most (of equal overlaps one of its own category). Crowds are left out, as are detections
 * that fit only a crowd.
 *
 * - **labels** – the K categories
 */
export function confusionMatrix({ gt, slots, overlaps, truthCategory, category }: PreparedImages, labels: readonly Label[], { iou = 0.5, minScore = 0.5 }: ConfusionOptions): ConfusionMatrix {
  checkIou("confusion", iou);
  if (typeof minScore !== "number" || Number.isNaN(minScore)) throw new RangeError(`confusion: invalid minScore: ${minScore}; expected a number`);
  const K = labels.length, matrix = new Int32Array((K + 1) ** 2), taken = new Uint8Array(gt.count);
  const overlap = new Float64Array(gt.count);
  forEachCell(gt, slots, (first, last, from, to) => {
    for (let s = first; s < last && slots.scores[s] >= minScore; s++) {
      overlaps.measure(slots.record[s], from, to, overlap);
      let best = -1, fitsCrowd = false;
      for (let g = from; g < to; g++) {
        if (overlap[g - from] < iou) continue;
        if (gt.crowd[g] === 1) fitsCrowd = true;
        else if (taken[g] === 0 && (best < 0 || overlap[g - from] > overlap[best - from] || (overlap[g - from] === overlap[best - from] && truthCategory[g] === category[s]))) best = g;
      }
      if (best < 0 && fitsCrowd) continue;
      if (best >= 0) taken[best] = 1;
      matrix[(best < 0 ? K : truthCategory[best]) * (K + 1) + category[s]]++;
    }
    for (let g = from; g < to; g++) if (gt.crowd[g] === 0 && taken[g] === 0) matrix[truthCategory[g] * (K + 1) + K]++;
  });
  return { categories: [...labels], matrix };
}
