import type { GroundTruthTable } from "./ground-truth-table";
import type { Overlaps } from "./overlaps";
import type { Slots } from "./slots";

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
  /** first row of the cell's ground truths */
  from = 0;

  private readonly record: Int32Array;
  private readonly thresholds: Float64Array;
  private readonly lowest: number;
  private overlap = new Float64Array(64);
  private pairStart = new Int32Array(65);
  private pairRow = new Int32Array(256);
  private pairIou = new Float64Array(256);
  private taken = new Int32Array(64);
  private stamp = 0;
  private to = 0;
  // what `matched` holds the matches of: nothing yet, ground truths ignored all alike, or as marked
  private holds: "nothing" | "alike" | "marked" = "nothing";

  constructor(private readonly gt: GroundTruthTable, { record }: Slots, private readonly overlaps: Overlaps, iouThrs: readonly number[]) {
    this.record = record;
    this.thresholds = Float64Array.from(iouThrs, (t) => Math.min(t, CAP));
    this.lowest = this.thresholds.reduce((a, b) => Math.min(a, b), Infinity);
  }

  /** Takes a cell: detections of slots first ... last - 1, ground truths of rows from ... to - 1. */
  load(first: number, last: number, from: number, to: number): void {
    const { record, overlaps, lowest } = this;
    this.from = from;
    this.to = to;
    this.holds = "nothing";
    this.reserve(last - first, to - from);
    const { overlap } = this;
    let active = 0, pairs = 0;
    for (let slot = first; slot < last; slot++) {
      const before = pairs;
      overlaps.measure(record[slot], from, to, overlap);
      for (let g = from, least = lowest; g < to; g++) {
        if (overlap[g - from] < least) continue;
        if (overlap[g - from] !== overlap[g - from]) least = -Infinity; // in pycocotools nothing is less than a NaN: it matches, and so does what follows
        if (pairs === this.pairRow.length) this.growPairs();
        this.pairRow[pairs] = g;
        this.pairIou[pairs++] = overlap[g - from];
      }
      if (pairs === before) continue;
      this.pairStart[active] = before;
      this.slots[active++] = slot;
    }
    this.pairStart[active] = pairs;
    this.active = active;
  }

  /** Matches at every threshold with the ground truths outside [low, high] square pixels ignored; fills `matched`. */
  match(low: number, high: number): void {
    const { marked, changed } = this.markIgnored(low, high);
    // all ignored or none: who comes first is the same
    const alike = marked === 0 || marked === this.to - this.from;
    if (alike ? this.holds === "alike" : this.holds === "marked" && !changed) return;
    this.holds = alike ? "alike" : "marked";
    for (let t = 0; t < this.thresholds.length; t++) this.matchAt(t, alike);
  }

  private matchAt(t: number, alike: boolean): void {
    const { active, matched, pairStart, taken, from, gt } = this, threshold = this.thresholds[t], first = alike ? this.ignored[0] : 0;
    const stamp = ++this.stamp; // taken[g] === stamp: taken at this threshold
    for (let d = 0; d < active; d++) {
      let m = this.best(pairStart[d], pairStart[d + 1], threshold, first);
      if (m < 0 && !alike) m = this.best(pairStart[d], pairStart[d + 1], threshold, 1);
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

  private markIgnored(low: number, high: number): { marked: number; changed: boolean } {
    const { gt, from, to, ignored } = this;
    let marked = 0, changed = false;
    for (let g = from; g < to; g++) {
      const mark = gt.ignore[g] === 1 || gt.area[g] < low || gt.area[g] > high ? 1 : 0;
      if (ignored[g - from] !== mark) changed = true;
      ignored[g - from] = mark;
      marked += mark;
    }
    return { marked, changed };
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
      this.overlap = new Float64Array(2 * truths);
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
