import { CellMatcher } from "./cell-matcher";
import { CocoEvalError, show } from "./errors";
import { IdKind, type GroundTruthTable } from "./ground-truth-table";
import { FALSE_POSITIVE, IGNORED, TRUE_POSITIVE } from "./precision-curve";
import type { Prepared } from "./prepare";
import type { Slots } from "./slots";
import type { Params } from "./types";

/** What became of every detection and how much there was to find. */
export interface Matching {
  /** [slots], row in statuses; -1 where no overlap reached the lowest threshold: the status is then `unmatched` */
  row: Int32Array;
  /** [rows, A, T]: FALSE_POSITIVE, TRUE_POSITIVE or IGNORED */
  statuses: Uint8Array;
  /** [A, slots]: status where nothing is matched, FALSE_POSITIVE or (outside the area range) IGNORED */
  unmatched: Uint8Array;
  /** [K, A], ground truths that are not ignored */
  positives: Int32Array;
}

/** Matches all cells at all thresholds and area ranges; time linear in detections plus overlapping pairs. */
export function match({ gt, records, slots, overlaps }: Prepared, { iouThrs, areaRng }: Pick<Params, "iouThrs" | "areaRng">): Matching {
  const A = areaRng.length, T = iouThrs.length, row = new Int32Array(slots.count).fill(-1);
  const unmatched = unmatchedStatuses(records.area, slots, areaRng), statuses = new Uint8Array(slots.count * A * T);
  const matcher = new CellMatcher(gt, slots, overlaps, iouThrs);
  let rows = 0;
  forEachCell(gt, slots, (first, last, from, to) => {
    if (from === to || first === last) return;
    matcher.load(first, last, from, to);
    if (matcher.active === 0) return;
    for (let a = 0; a < A; a++) {
      matcher.match(areaRng[a][0], areaRng[a][1]);
      for (let d = 0; d < matcher.active; d++) {
        mark(statuses, ((rows + d) * A + a) * T, T, unmatched[a * slots.count + matcher.slots[d]], d, matcher, gt);
      }
    }
    for (let d = 0; d < matcher.active; d++) row[matcher.slots[d]] = rows++;
  });
  return { row, statuses, unmatched, positives: countPositives(gt, slots.categories, areaRng) };
}

/** A cell: detections of slots first ... last - 1 and ground truths of rows from ... to - 1; one of them may be empty. */
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

function unmatchedStatuses(area: Float64Array, { count, record }: Slots, areaRng: readonly (readonly [number, number])[]): Uint8Array {
  const statuses = new Uint8Array(areaRng.length * count);
  for (let s = 0; s < count; s++) {
    const size = area[record[s]];
    for (let a = 0; a < areaRng.length; a++) statuses[a * count + s] = size < areaRng[a][0] || size > areaRng[a][1] ? IGNORED : FALSE_POSITIVE;
  }
  return statuses;
}

// statuses of the matcher's detection d at all thresholds, from place `at`
function mark(statuses: Uint8Array, at: number, T: number, unmatched: number, d: number, { matched, active, ignored, from }: CellMatcher, gt: GroundTruthTable): void {
  for (let t = 0; t < T; t++) {
    const g = matched[t * active + d];
    if (g < 0) statuses[at + t] = unmatched;
    else if (gt.idKind[g] === IdKind.NotNumeric) throw new CocoEvalError("unsupported", "groundTruth", "/annotations", `id ${show(gt.ids[g])}`, "ids that are numbers");
    else if (ignored[g - from] === 1) statuses[at + t] = IGNORED;
    else statuses[at + t] = gt.idKind[g] === IdKind.Plain ? TRUE_POSITIVE : unmatched;
  }
}

function countPositives(gt: GroundTruthTable, categories: number, areaRng: readonly (readonly [number, number])[]): Int32Array {
  const A = areaRng.length, positives = new Int32Array(categories * A);
  for (let g = 0; g < gt.count; g++) {
    if (gt.ignore[g]) continue;
    for (let a = 0; a < A; a++) if (!(gt.area[g] < areaRng[a][0] || gt.area[g] > areaRng[a][1])) positives[gt.category[g] * A + a]++;
  }
  return positives;
}
