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
export function accumulate(slots: Slots, matching: Matching, { iouThrs, recThrs, maxDets, areaRng }: Params): Accumulated {
  const T = iouThrs.length, R = recThrs.length, K = slots.categories, A = areaRng.length, M = maxDets.length;
  const out: Accumulated = {
    counts: [T, R, K, A, M],
    precision: new Float64Array(T * R * K * A * M),
    recall: new Float64Array(T * K * A * M),
    scores: new Float64Array(T * R * K * A * M),
  };
  const sampler = new Sampler(slots.scores, T, R, A * M);
  for (let k = 0; k < K; k++) {
    const room = slots.start[k + 1] - slots.start[k], curve = new PrecisionCurve(room);
    const ranking: Ranking = { statuses: matching.statuses, stride: A * T, offset: 0, rows: new Int32Array(room), slots: new Int32Array(room), skipped: new Int32Array(room), count: 0 };
    const needed = areaRng.map((_, a) => neededForRecall(recThrs, matching.positives[k * A + a]));
    sampler.clear();
    for (let m = 0; m < M; m++) {
      const ranked = slots.ranked(k, maxDets[m]);
      for (let a = 0; a < A; a++) {
        const positives = matching.positives[k * A + a];
        if (positives === 0) continue; // stays -1
        shorten(ranked, matching, a, slots.count, ranking);
        for (let t = 0; t < T; t++) {
          ranking.offset = a * T + t;
          curve.trace(ranking);
          sampler.recall[t * A * M + a * M + m] = curve.count / positives;
          sampler.sample(curve, ranked, needed[a], t, a * M + m);
        }
      }
    }
    sampler.copyTo(out, k);
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

/** The results of one category, gathered in arrays that fit a cache before they go to their scattered places. */
class Sampler {
  /** [T, A * M] */
  readonly recall: Float64Array;
  // [T, R, A * M]
  private readonly precision: Float64Array;
  private readonly scores: Float64Array;

  constructor(private readonly scoreAt: Float64Array, private readonly T: number, private readonly R: number, private readonly settings: number) {
    this.recall = new Float64Array(T * settings);
    this.precision = new Float64Array(T * R * settings);
    this.scores = new Float64Array(T * R * settings);
  }

  clear(): void {
    for (const values of [this.recall, this.precision, this.scores]) values.fill(-1);
  }

  /** Precision and scores at threshold t; like COCOeval it ends at the first recall threshold that is not reached. */
  sample(curve: PrecisionCurve, ranked: Int32Array, needed: Int32Array, t: number, setting: number): void {
    const { precision, scores, scoreAt, R, settings } = this, found = ranked.length === 0 ? -1 : curve.count;
    let r = 0, at = t * R * settings + setting;
    for (; r < R && needed[r] <= found; r++, at += settings) {
      precision[at] = curve.precisionAt(needed[r]);
      scores[at] = scoreAt[needed[r] === 0 ? ranked[0] : curve.slot[needed[r] - 1]];
    }
    for (; r < R; r++, at += settings) precision[at] = scores[at] = 0;
  }

  /** Copies everything to its place in arrays of all categories. */
  copyTo({ counts: [, , K], precision, recall, scores }: Accumulated, k: number): void {
    const { T, R, settings } = this;
    copyRows(this.recall, recall, T, settings, k * settings, K * settings);
    copyRows(this.precision, precision, T * R, settings, k * settings, K * settings);
    copyRows(this.scores, scores, T * R, settings, k * settings, K * settings);
  }
}

// rows of n values, side by side in `from`, to places `at`, at + stride, ... of `to`
function copyRows(from: Float64Array, to: Float64Array, rows: number, n: number, at: number, stride: number): void {
  for (let row = 0, source = 0; row < rows; row++, at += stride) for (let i = 0; i < n; i++) to[at + i] = from[source++];
}
