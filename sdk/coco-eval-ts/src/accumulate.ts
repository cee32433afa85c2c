import type { Matching } from "./match";
import { PrecisionCurve, shorten } from "./precision-curve";
import type { Slots } from "./slots";
import type { Params } from "./types";

/** Precision, recall and scores at every setting; see Evaluation. */
export interface Accumulated {
  /** [T, R, K, A, M] */
  counts: [number, number, number, number, number];
  precision: Float64Array;
  recall: Float64Array;
  scores: Float64Array;
}

/**
 * Precision and score at each recall threshold, and the final recall, for all categories, area ranges and maxDets.
 *
 * Source: COCOeval.accumulate.
 */
export function accumulate(slots: Slots, matching: Matching, params: Params): Accumulated {
  const T = params.iouThrs.length, R = params.recThrs.length, K = slots.categories, A = params.areaRng.length, M = params.maxDets.length;
  const out: Accumulated = {
    counts: [T, R, K, A, M],
    precision: new Float64Array(T * R * K * A * M).fill(-1),
    recall: new Float64Array(T * K * A * M).fill(-1),
    scores: new Float64Array(T * R * K * A * M).fill(-1),
  };
  for (let k = 0; k < K; k++) {
    const room = slots.start[k + 1] - slots.start[k], curve = new PrecisionCurve(room);
    const short = { slots: new Int32Array(room), skipped: new Int32Array(room) };
    for (let m = 0; m < M; m++) {
      const ranked = slots.ranked(k, params.maxDets[m]);
      for (let a = 0; a < A; a++) {
        const positives = matching.positives[k * A + a];
        if (positives === 0) continue; // stays -1
        const ranking = shorten({ statuses: matching.statuses, offset: a * T * slots.count, slots: ranked }, matching.active, short);
        for (let t = 0; t < T; t++) {
          curve.trace(ranking);
          ranking.offset += slots.count;
          out.recall[((t * K + k) * A + a) * M + m] = curve.count / positives;
          sample(out, curve, ranked, positives, slots.scores, params.recThrs, t * R * K * A * M + (k * A + a) * M + m);
        }
      }
    }
  }
  return out;
}

// precision and scores of one setting, from flat place `at` with a stride of K * A * M
function sample(out: Accumulated, curve: PrecisionCurve, ranked: Int32Array, positives: number, scores: Float64Array, recThrs: readonly number[], at: number): void {
  const stride = out.counts[2] * out.counts[3] * out.counts[4];
  const seen = samplePoints(curve, ranked.length, positives, recThrs, (r, index) => {
    out.precision[at + r * stride] = curve.count > 0 ? curve.precision[Math.max(index, 0)] : 0;
    out.scores[at + r * stride] = scores[index < 0 ? ranked[0] : curve.slot[index]];
  });
  for (let r = seen; r < recThrs.length; r++) out.precision[at + r * stride] = out.scores[at + r * stride] = 0;
}

/**
 * Calls visit(r, index) with the true positive at which recall threshold r is reached, -1 for the first detection
 * (thresholds <= 0). Returns how many thresholds were visited: like COCOeval it ends at the first that is not reached.
 */
export function samplePoints(curve: PrecisionCurve, detections: number, positives: number, recThrs: readonly number[], visit: (r: number, index: number) => void): number {
  let index = 0;
  for (let r = 0; r < recThrs.length; r++) {
    if (r > 0 && recThrs[r] < recThrs[r - 1]) index = 0; // thresholds need not rise
    if (recThrs[r] <= 0) {
      if (detections === 0) return r;
      visit(r, -1);
      continue;
    }
    index = curve.indexAt(recThrs[r], positives, index);
    if (index === curve.count) return r;
    visit(r, index);
  }
  return recThrs.length;
}
