import type { GroundTruthTable } from "./ground-truth-table";
import { iou, type BoxColumns } from "./iou";

// pycocotools caps thresholds so that a perfect overlap, rounded, still matches at 1
const CAP = 1 - 1e-10;

/**
 * Matches the detections of one cell (category and image) with its ground truths, greedily by falling score.
 *
 * Only pairs whose IoU reaches the lowest threshold are kept, so that the work of all thresholds and area ranges is
 * that of the few pairs which overlap. Arrays are reused from cell to cell.
 *
 * Source: COCOeval.evaluateImg.
 */
export class CellMatcher {
  /** detections of the cell that overlap something */
  active = 0;
  /** [active], their slots */
  slots = new Int32Array(64);
  /** [T, active], row in the ground truth, or -1; as the last call of match left it */
  matched = new Int32Array(640);
  /** [ground truths of the cell], 1 where ignored; as the last call of match left it */
  ignored = new Uint8Array(64);

  private readonly thresholds: Float64Array;
  private readonly lowest: number;
  private pairStart = new Int32Array(65);
  private pairRow = new Int32Array(256);
  private pairIou = new Float64Array(256);
  private taken = new Int32Array(64);
  private stamp = 0;
  private from = 0;
  private to = 0;
  private fresh = false;

  constructor(private readonly gt: GroundTruthTable, private readonly dt: BoxColumns, iouThrs: readonly number[]) {
    this.thresholds = Float64Array.from(iouThrs, (t) => Math.min(t, CAP));
    this.lowest = this.thresholds.reduce((a, b) => Math.min(a, b), Infinity);
  }

  /** Takes a cell: cellSlots[first ... last - 1] by falling score, ground truths of rows from ... to - 1. */
  load(cellSlots: Int32Array, first: number, last: number, from: number, to: number): void {
    const { gt, dt, lowest } = this;
    this.from = from;
    this.to = to;
    this.fresh = true;
    this.reserve(last - first, to - from);
    let active = 0, pairs = 0;
    for (let j = first; j < last; j++) {
      const before = pairs;
      for (let g = from; g < to; g++) {
        const overlap = iou(dt, cellSlots[j], gt.boxes, g, gt.crowd[g] === 1);
        if (overlap < lowest) continue; // a NaN is not less, and matches, as in pycocotools
        if (pairs === this.pairRow.length) this.growPairs();
        this.pairRow[pairs] = g;
        this.pairIou[pairs++] = overlap;
      }
      if (pairs === before) continue;
      this.pairStart[active] = before;
      this.slots[active++] = cellSlots[j];
    }
    this.pairStart[active] = pairs;
    this.active = active;
  }

  /** Matches at every threshold with the ground truths outside [low, high] square pixels ignored; fills `matched`. */
  match(low: number, high: number): void {
    if (!this.markIgnored(low, high) && !this.fresh) return; // same ignored ones, same matches
    this.fresh = false;
    for (let t = 0; t < this.thresholds.length; t++) this.matchAt(t);
  }

  private matchAt(t: number): void {
    const { active, matched, pairStart, taken, from, gt } = this, threshold = this.thresholds[t];
    const stamp = ++this.stamp; // taken[g] === stamp: taken at this threshold
    for (let d = 0; d < active; d++) {
      let m = this.best(pairStart[d], pairStart[d + 1], threshold, 0);
      if (m < 0) m = this.best(pairStart[d], pairStart[d + 1], threshold, 1);
      matched[t * active + d] = m;
      if (m >= 0 && !gt.crowd[m]) taken[m - from] = stamp;
    }
  }

  // ignored ground truths are looked at only when no other fits; of equal overlaps the last wins
  private best(start: number, end: number, threshold: number, ignored: number): number {
    const { pairRow, pairIou, taken, stamp, from } = this;
    let best = threshold, m = -1;
    for (let p = start; p < end; p++) {
      const g = pairRow[p];
      if (this.ignored[g - from] !== ignored || taken[g - from] === stamp || pairIou[p] < best) continue;
      best = pairIou[p];
      m = g;
    }
    return m;
  }

  // returns whether any mark changed
  private markIgnored(low: number, high: number): boolean {
    const { gt, from, to, ignored } = this;
    let changed = false;
    for (let g = from; g < to; g++) {
      const mark = gt.ignore[g] === 1 || gt.area[g] < low || gt.area[g] > high ? 1 : 0;
      if (ignored[g - from] !== mark) changed = true;
      ignored[g - from] = mark;
    }
    return changed;
  }

  private reserve(detections: number, truths: number): void {
    if (this.slots.length < detections) {
      this.slots = new Int32Array(2 * detections);
      this.pairStart = new Int32Array(2 * detections + 1);
    }
    const matches = this.thresholds.length * detections;
    if (this.matched.length < matches) this.matched = new Int32Array(2 * matches);
    if (this.taken.length < truths) {
      this.taken = new Int32Array(2 * truths);
      this.ignored = new Uint8Array(2 * truths);
    }
  }

  private growPairs(): void {
    const row = new Int32Array(2 * this.pairRow.length), overlap = new Float64Array(row.length);
    row.set(this.pairRow);
    overlap.set(this.pairIou);
    this.pairRow = row;
    this.pairIou = overlap;
  }
}
