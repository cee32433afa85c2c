import { CellMatcher } from "./cell-matcher";
import { CocoEvalError, show } from "./errors";
import { IdKind, type GroundTruthTable } from "./ground-truth-table";
import { boxColumns } from "./iou";
import type { DetectionRecords } from "./detection-records";
import { FALSE_POSITIVE, IGNORED, TRUE_POSITIVE } from "./precision-curve";
import type { Slots } from "./slots";
import type { Params } from "./types";

/** What became of every detection and how much there was to find. */
export interface Matching {
  /** [A, T, slots]: FALSE_POSITIVE, TRUE_POSITIVE or IGNORED */
  statuses: Uint8Array;
  /** [slots], 1 where an overlap reached the lowest threshold; elsewhere the status is the same at every threshold */
  active: Uint8Array;
  /** [K, A], ground truths that are not ignored */
  positives: Int32Array;
}

/** Matches all cells at all thresholds and area ranges; time linear in detections plus overlapping pairs. */
export function match(gt: GroundTruthTable, records: DetectionRecords, slots: Slots, params: Params): Matching {
  const dt = boxColumns(records.boxes, slots.record);
  const statuses = unmatchedStatuses(dt.boxArea, params);
  const matcher = new CellMatcher(gt, dt, params.iouThrs), active = new Uint8Array(slots.count);
  forEachCell(gt, slots, (first, last, from, to) => {
    if (from === to || first === last) return;
    matcher.load(slots.cells.slots, first, last, from, to);
    if (matcher.active === 0) return;
    for (let d = 0; d < matcher.active; d++) active[matcher.slots[d]] = 1;
    for (let a = 0; a < params.areaRng.length; a++) {
      const [low, high] = params.areaRng[a];
      matcher.match(low, high);
      mark(statuses, a * params.iouThrs.length, params.iouThrs.length, slots.count, matcher, from, gt);
    }
  });
  return { statuses, active, positives: countPositives(gt, slots.categories, params.areaRng) };
}

/** A cell: detections cells.slots[first ... last - 1] and ground truths of rows from ... to - 1; one of them may be empty. */
export type VisitCell = (first: number, last: number, from: number, to: number, category: number, image: number) => void;

/** Visits the non-empty cells by rising category, then image. */
export function forEachCell(gt: GroundTruthTable, { cells }: Slots, visit: VisitCell): void {
  let row = 0, c = 0;
  while (c < cells.count || row < gt.count) {
    // which of the two comes next, in (category, image); Infinity once one is used up
    const dtCategory = c < cells.count ? cells.category[c] : Infinity, gtCategory = row < gt.count ? gt.category[row] : Infinity;
    const category = Math.min(dtCategory, gtCategory);
    const dtImage = dtCategory === category ? cells.image[c] : Infinity, gtImage = gtCategory === category ? gt.image[row] : Infinity;
    const image = Math.min(dtImage, gtImage), from = row;
    while (row < gt.count && gt.category[row] === category && gt.image[row] === image) row++;
    const hasDetections = dtImage === image;
    visit(hasDetections ? cells.start[c] : 0, hasDetections ? cells.start[c + 1] : 0, from, row, category, image);
    if (hasDetections) c++;
  }
}

// statuses as if nothing matched: false positives, ignored where the detection itself is outside the area range
function unmatchedStatuses(boxArea: Float64Array, { areaRng, iouThrs }: Params): Uint8Array {
  const n = boxArea.length, T = iouThrs.length, statuses = new Uint8Array(areaRng.length * T * n);
  areaRng.forEach(([low, high], a) => {
    const base = a * T * n;
    for (let s = 0; s < n; s++) statuses[base + s] = boxArea[s] < low || boxArea[s] > high ? IGNORED : FALSE_POSITIVE;
    for (let t = 1; t < T; t++) statuses.copyWithin(base + t * n, base, base + n);
  });
  return statuses;
}

function mark(statuses: Uint8Array, firstRow: number, T: number, count: number, { matched, active, slots, ignored }: CellMatcher, from: number, gt: GroundTruthTable): void {
  for (let t = 0; t < T; t++) {
    const base = (firstRow + t) * count;
    for (let d = 0; d < active; d++) {
      const g = matched[t * active + d];
      if (g < 0) continue;
      if (gt.idKind[g] === IdKind.NotNumeric) throw new CocoEvalError("unsupported", "groundTruth", "/annotations", `id ${show(gt.ids[g])}`, "ids that are numbers");
      if (ignored[g - from] === 1) statuses[base + slots[d]] = IGNORED;
      else if (gt.idKind[g] === IdKind.Plain) statuses[base + slots[d]] = TRUE_POSITIVE;
    }
  }
}

function countPositives(gt: GroundTruthTable, categories: number, areaRng: readonly [number, number][]): Int32Array {
  const A = areaRng.length, positives = new Int32Array(categories * A);
  for (let g = 0; g < gt.count; g++) {
    if (gt.ignore[g]) continue;
    for (let a = 0; a < A; a++) if (!(gt.area[g] < areaRng[a][0] || gt.area[g] > areaRng[a][1])) positives[gt.category[g] * A + a]++;
  }
  return positives;
}
