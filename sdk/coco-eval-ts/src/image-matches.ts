import { CellMatcher } from "./cell-matcher";
import { IdKind, type GroundTruthTable } from "./ground-truth-table";
import { forEachCell } from "./match";
import type { Prepared } from "./prepare";
import type { Id, Params } from "./types";

/** What was matched with what in one image and category: an entry of COCOeval.evalImgs. */
export interface ImageMatches {
  image_id: Id;
  /** -1 when useCats is 0 */
  category_id: Id;
  /** [D], place of each detection among all given, from 1; by falling score */
  dtIds: number[];
  /** [G], ids of the ground truths, those not ignored first */
  gtIds: Id[];
  /** [D] */
  dtScores: number[];
  /** [G], 1: neither found nor missed */
  gtIgnore: number[];
  /** [T, D], id of the ground truth, 0 for none */
  dtMatches: Id[][];
  /** [T, G], the detection as in dtIds (of several on a crowd the last), 0 for none */
  gtMatches: number[][];
  /** [T, D], 1: counts neither for nor against */
  dtIgnore: number[][];
}

/**
 * The matches of every image and category that has detections or ground truths, by category, then image.
 *
 * - **area** – place in params.areaRng
 */
export function imageMatches({ gt, records, slots, overlaps }: Prepared, params: Params, area: number): ImageMatches[] {
  const matcher = new CellMatcher(gt, slots, overlaps, params.iouThrs), [low, high] = params.areaRng[area];
  const list: ImageMatches[] = [];
  forEachCell(gt, slots, (first, last, from, to, category, image) => {
    matcher.load(first, last, from, to);
    matcher.match(low, high);
    const truths = countedFirst(matcher.ignored, to - from).map((g) => g + from), detections = Array.from({ length: last - first }, (_, d) => first + d);
    const sizeOf = (s: number): number => records.area[slots.record[s]], outside = (s: number): boolean => sizeOf(s) < low || sizeOf(s) > high;
    const number = (s: number): number => records.number[slots.record[s]];
    const rows = params.iouThrs.map((_, t) => matchRow(matcher, t));
    list.push({
      image_id: params.imgIds[image],
      category_id: params.useCats === 1 ? params.catIds[category] : -1,
      dtIds: detections.map(number),
      gtIds: truths.map((g) => gt.ids[g]),
      dtScores: detections.map((s) => slots.scores[s]),
      gtIgnore: truths.map((g) => matcher.ignored[g - from]),
      dtMatches: rows.map((row) => detections.map((s) => (row.has(s) ? gt.ids[row.get(s)!] : 0))),
      gtMatches: rows.map((row) => truths.map((g) => lastOn(row, g, number))),
      dtIgnore: rows.map((row) => detections.map((s) => Number(isIgnored(row.get(s), matcher.ignored, from) || (isUnmatched(row.get(s), gt) && outside(s))))),
    });
  });
  return list;
}

// slot -> row of its ground truth, by falling score
function matchRow({ active, slots, matched }: CellMatcher, t: number): Map<number, number> {
  const row = new Map<number, number>();
  for (let d = 0; d < active; d++) if (matched[t * active + d] >= 0) row.set(slots[d], matched[t * active + d]);
  return row;
}

function lastOn(row: Map<number, number>, truth: number, number: (slot: number) => number): number {
  let last = 0;
  for (const [slot, g] of row) if (g === truth) last = number(slot);
  return last;
}

const isIgnored = (g: number | undefined, ignored: Uint8Array, from: number): boolean => g !== undefined && ignored[g - from] === 1;
const isUnmatched = (g: number | undefined, gt: GroundTruthTable): boolean => g === undefined || gt.idKind[g] === IdKind.Zero;

function countedFirst(ignored: Uint8Array, n: number): number[] {
  const all = Array.from({ length: n }, (_, g) => g);
  return [...all.filter((g) => !ignored[g]), ...all.filter((g) => ignored[g])];
}
