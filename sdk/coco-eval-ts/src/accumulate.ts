import type { Matching } from "./match";
import { FALSE_POSITIVE, neededForRecall, PrecisionCurve, type Ranking } from "./precision-curve";
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
    const room = slots.start[k + 1] - slots.start[k], curve = new PrecisionCurve(room), positives = matching.positives.subarray(k * A, (k + 1) * A);
    const needed = Array.from(positives, (count) => neededForRecall(params.recThrs, count));
    const ranking: Ranking = { statuses: matching.statuses, stride: A * T, offset: 0, rows: new Int32Array(room), slots: new Int32Array(room), skipped: new Int32Array(room), count: 0 };
    for (let m = 0; m < M; m++) {
      const ranked = slots.ranked(k, params.maxDets[m]);
      for (let a = 0; a < A; a++) {
        if (positives[a] === 0) continue; // stays -1
        shorten(ranked, matching, a, slots.count, ranking);
        for (let t = 0; t < T; t++) {
          ranking.offset = a * T + t;
          curve.trace(ranking);
          out.recall[((t * K + k) * A + a) * M + m] = curve.count / positives[a];
          sample(out, curve, ranked, needed[a], slots.scores, t * R * K * A * M + (k * A + a) * M + m);
        }
      }
    }
  }
  return out;
}

// leaves out the detections that overlap nothing
function shorten(ranked: Int32Array, { row, unmatched }: Matching, a: number, count: number, into: Ranking): void {
  const { rows, slots, skipped } = into, base = a * count;
  let n = 0, before = 0;
  for (let i = 0; i < ranked.length; i++) {
    const s = ranked[i];
    if (row[s] >= 0) {
      rows[n] = row[s];
      slots[n] = s;
      skipped[n++] = before;
    } else if (unmatched[base + s] === FALSE_POSITIVE) before++;
  }
  into.count = n;
}

// precision and scores of one setting, from flat place `at` with a stride of K * A * M; like COCOeval it ends at the
// first recall threshold that is not reached
function sample({ counts: [, R, K, A, M], precision, scores }: Accumulated, curve: PrecisionCurve, ranked: Int32Array, needed: Int32Array, scoreAt: Float64Array, at: number): void {
  const stride = K * A * M, found = ranked.length === 0 ? -1 : curve.count;
  let r = 0;
  for (; r < R && needed[r] <= found; r++, at += stride) {
    precision[at] = curve.precisionAt(needed[r]);
    scores[at] = scoreAt[needed[r] === 0 ? ranked[0] : curve.slot[needed[r] - 1]];
  }
  for (; r < R; r++, at += stride) precision[at] = scores[at] = 0;
}
