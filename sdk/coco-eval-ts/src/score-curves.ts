import { checkIou } from "./errors";
import { FALSE_POSITIVE, TRUE_POSITIVE } from "./precision-curve";
import { match, type Matching } from "./match";
import type { Prepared } from "./prepare";
import { ScoreSorter } from "./score-sort";
import type { Label } from "./summarize";

/** Where on the curves a detector may be operated: detections of at least `score` are kept. */
export interface OperatingPoint {
  score: number;
  precision: number;
  recall: number;
  f1: number;
}

/**
 * Counts at every score threshold, not interpolated: point i keeps the detections of at least scores[i].
 *
 * Precision is tp / (tp + fp), recall tp / positives, F1 2 tp / (tp + fp + positives).
 */
export interface ScoreCurve extends Label {
  /** ground truths to find */
  positives: number;
  /** [n], falling, each once */
  scores: Float64Array;
  /** [n] */
  truePositives: Int32Array;
  /** [n] */
  falsePositives: Int32Array;
  /** [n] */
  precision: Float64Array;
  /** [n] */
  recall: Float64Array;
  /** [n] */
  f1: Float64Array;
  /** the point of largest F1, of equal ones that of highest score; null where nothing is found */
  best: OperatingPoint | null;
  /** why there is no best point, or null */
  reason: string | null;
}

/** Curves of each category and of all together (one threshold for all). */
export interface ScoreCurves {
  categories: ScoreCurve[];
  overall: ScoreCurve;
}

/** What curves count. */
export interface CurveOptions {
  /** IoU from which a detection finds its ground truth; defaults to .5 */
  iou?: number;
  /** name of an area range; defaults to "all" */
  area?: string;
  /** limit on detections per image and category; defaults to the last of maxDets */
  maxDet?: number;
}

/** The same, resolved. */
export interface CurveSetting {
  /** IoU threshold */
  iou: number;
  /** square pixels, both ends included */
  areaRange: readonly [number, number];
  /** limit on detections per image and category */
  maxDet: number;
}

/** The curves of sorted input; `labels` are the categories of prepared.slots. */
export function scoreCurves(prepared: Prepared, labels: readonly Label[], { iou, areaRange, maxDet }: CurveSetting): ScoreCurves {
  checkIou("curves", iou);
  const { slots } = prepared, matching = match(prepared, { iouThrs: [iou], areaRng: [[...areaRange]] });
  const ranked = labels.map((_, k) => slots.ranked(k, maxDet)), all = joined(ranked);
  new ScoreSorter().sort(all, slots.scores);
  const total = matching.positives.reduce((sum, count) => sum + count, 0);
  return {
    categories: labels.map((label, k) => trace(label, ranked[k], slots.scores, matching, matching.positives[k])),
    overall: trace({ id: -1, name: "all" }, all, slots.scores, matching, total),
  };
}

function trace(label: Label, ranked: Int32Array, scoreAt: Float64Array, { row, statuses, unmatched }: Matching, positives: number): ScoreCurve {
  const n = positives === 0 ? 0 : ranked.length, scores = new Float64Array(n), truePositives = new Int32Array(n), falsePositives = new Int32Array(n);
  let tp = 0, fp = 0, points = 0;
  for (let i = 0; i < n; i++) {
    const s = ranked[i], status = row[s] < 0 ? unmatched[s] : statuses[row[s]];
    if (status === TRUE_POSITIVE) tp++;
    else if (status === FALSE_POSITIVE) fp++;
    else continue;
    if (points === 0 || scores[points - 1] !== scoreAt[s]) scores[points++] = scoreAt[s];
    truePositives[points - 1] = tp;
    falsePositives[points - 1] = fp;
  }
  return rates({ ...label, positives }, scores.slice(0, points), truePositives.slice(0, points), falsePositives.slice(0, points));
}

function rates(label: Label & { positives: number }, scores: Float64Array, truePositives: Int32Array, falsePositives: Int32Array): ScoreCurve {
  const { positives } = label, rate = (of: (tp: number, fp: number) => number): Float64Array => Float64Array.from(truePositives, (tp, i) => of(tp, falsePositives[i]));
  const precision = rate((tp, fp) => tp / (tp + fp)), recall = rate((tp) => tp / positives), f1 = rate((tp, fp) => (2 * tp) / (tp + fp + positives));
  let at = -1;
  for (let i = 0; i < f1.length; i++) if (f1[i] > (at < 0 ? 0 : f1[at])) at = i;
  const reason = positives === 0 ? "no ground truth" : at < 0 ? "no true positive" : null;
  const best = at < 0 ? null : { score: scores[at], precision: precision[at], recall: recall[at], f1: f1[at] };
  return { ...label, scores, truePositives, falsePositives, precision, recall, f1, best, reason };
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort(); // slots are numbered by category, then image: equal scores in that order
}
