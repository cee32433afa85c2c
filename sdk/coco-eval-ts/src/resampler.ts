import { CocoEvaluator } from "./evaluator";
import type { GroundTruthTable } from "./ground-truth-table";
import { match, type Matching } from "./match";
import { pairwiseMean } from "./pairwise-mean";
import { neededForRecall, PrecisionCurve } from "./precision-curve";
import type { Slots } from "./slots";
import type { Detections, EvaluateOptions, GroundTruth, Params } from "./types";

/**
 * The mAP (first of the twelve figures) of one set of detections on resampled images.
 *
 * Detections are matched once; a resample only counts each image's detections and ground truths as often as it was
 * drawn. Copies of an image count as different images; a detection's copies follow one another in the ranking.
 */
export class Resampler {
  readonly images: number;
  private readonly params: Params;
  private readonly gt: GroundTruthTable;
  private readonly slots: Slots;
  // [T, slots]
  private readonly statuses: Uint8Array;
  private readonly positives: Int32Array;
  private readonly rankings: Int32Array[];
  // [T, R, K] before those without ground truth are left out
  private readonly values: Float64Array;

  constructor(groundTruth: GroundTruth, detections: Detections, options: EvaluateOptions) {
    const evaluator = new CocoEvaluator(groundTruth, options).add(detections), all = evaluator.prepare(), { params } = evaluator;
    const area = Math.max(params.areaRngLbl.indexOf("all"), 0);
    this.params = { ...params, areaRng: [params.areaRng[area]], areaRngLbl: ["all"] };
    this.images = params.imgIds.length;
    this.gt = all.gt;
    this.slots = all.slots;
    this.statuses = bySlot(match(all, this.params), params.iouThrs.length);
    const K = all.slots.categories, most = params.maxDets.includes(100) ? 100 : params.maxDets[params.maxDets.length - 1];
    this.rankings = Array.from({ length: K }, (_, k) => all.slots.ranked(k, most));
    this.positives = new Int32Array(K);
    this.values = new Float64Array(this.params.iouThrs.length * this.params.recThrs.length * K);
  }

  /**
   * mAP with image i counted copies[i] times; NaN where no ground truth is left. With every image once it is the mAP of
   * the whole, to the last bit.
   */
  meanAveragePrecision(copies: Int32Array): number {
    const { params, slots, positives, values, rankings } = this, T = params.iouThrs.length, R = params.recThrs.length;
    this.countPositives(copies);
    const kept = Array.from(positives.keys()).filter((k) => positives[k] > 0), K = kept.length;
    const room = Math.max(0, ...positives);
    const curve = new PrecisionCurve(room), needed = kept.map((k) => neededForRecall(params.recThrs, positives[k]));
    values.fill(0);
    for (let t = 0; t < T; t++) {
      kept.forEach((k, place) => {
        curve.traceWeighted(this.statuses, t * slots.count, rankings[k], copies, slots.image);
        for (let r = 0; r < R && needed[place][r] <= curve.count; r++) values[(t * R + r) * K + place] = curve.precisionAt(needed[place][r]);
      });
    }
    return pairwiseMean(values, 0, T * R * K);
  }

  private countPositives(copies: Int32Array): void {
    const { gt, positives } = this, [low, high] = this.params.areaRng[0];
    positives.fill(0);
    for (let g = 0; g < gt.count; g++) {
      if (gt.ignore[g] || gt.area[g] < low || gt.area[g] > high) continue;
      positives[gt.category[g]] += copies[gt.image[g]];
    }
  }
}

// statuses of the only area range, [T, slots]
function bySlot({ row, statuses, unmatched }: Matching, T: number): Uint8Array {
  const n = row.length, dense = new Uint8Array(T * n);
  for (let t = 0; t < T; t++) for (let s = 0; s < n; s++) dense[t * n + s] = row[s] < 0 ? unmatched[s] : statuses[row[s] * T + t];
  return dense;
}
