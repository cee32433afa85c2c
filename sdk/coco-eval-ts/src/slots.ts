import { countingSort } from "./counting-sort";
import type { DetectionRecords } from "./detection-records";
import { ScoreSorter } from "./score-sort";

/**
 * The detections that take part, each in a slot: by category, then image, then falling score, then file order. Those of
 * one image and category (a cell) lie side by side; of a cell only the best `maxDet` have a slot.
 */
export interface Slots {
  count: number;
  /** K */
  categories: number;
  /** [K + 1], first slot of each category */
  start: Int32Array;
  /** [count], place in the records */
  record: Int32Array;
  /** [count], place of the image */
  image: Int32Array;
  /** [count], place within its cell, 0 for the highest score */
  rank: Int32Array;
  /** [count] */
  scores: Float64Array;
  cells: Cells;
  /** slots of category k whose rank is below maxDet, by falling score; equal scores by image, then file order */
  ranked(k: number, maxDet: number): Int32Array;
}

/** The non-empty cells by rising category, then image. */
export interface Cells {
  count: number;
  category: Int32Array;
  image: Int32Array;
  /** [count + 1], first slot of each cell */
  start: Int32Array;
}

/**
 * Sorts detections into slots.
 *
 * - **order** – places in the records, in file order
 * - **category** – [records], in [0, categories)
 */
export function assignSlots(records: DetectionRecords, order: Int32Array, category: Int32Array, images: number, categories: number, maxDet: number): Slots {
  const sorter = new ScoreSorter(), n = order.length;
  const byCell = countingSort(countingSort(order, records.image, images), category, categories);
  const record = new Int32Array(n), image = new Int32Array(n), rank = new Int32Array(n), scores = new Float64Array(n);
  const start = new Int32Array(categories + 1), cells = roomForCells(n);
  let slot = 0;
  for (let from = 0, to = 0; from < n; from = to) {
    const k = category[byCell[from]], i = records.image[byCell[from]];
    while (to < n && records.image[byCell[to]] === i && category[byCell[to]] === k) to++;
    if (to - from > 1) sorter.sort(byCell.subarray(from, to), records.scores);
    addCell(cells, k, i, slot);
    for (let r = 0; r < to - from && r < maxDet; r++, slot++) {
      record[slot] = byCell[from + r];
      image[slot] = i;
      rank[slot] = r;
      scores[slot] = records.scores[record[slot]];
    }
    start[k + 1] = slot;
  }
  cells.start[cells.count] = slot;
  for (let k = 0; k < categories; k++) start[k + 1] = Math.max(start[k + 1], start[k]);
  const ranking = rankCategories(start, scores, slot, sorter);
  return { count: slot, categories, start, record, image, rank, scores, cells, ranked: (k, most) => rankedBelow(ranking.subarray(start[k], start[k + 1]), rank, most) };
}

function roomForCells(n: number): Cells {
  return { count: 0, category: new Int32Array(n), image: new Int32Array(n), start: new Int32Array(n + 1) };
}

function addCell(cells: Cells, category: number, image: number, start: number): void {
  cells.category[cells.count] = category;
  cells.image[cells.count] = image;
  cells.start[cells.count++] = start;
}

// slots of each category by falling score
function rankCategories(start: Int32Array, scores: Float64Array, count: number, sorter: ScoreSorter): Int32Array {
  const ranking = new Int32Array(count);
  for (let s = 0; s < count; s++) ranking[s] = s;
  for (let k = 0; k + 1 < start.length; k++) sorter.sort(ranking.subarray(start[k], start[k + 1]), scores);
  return ranking;
}

function rankedBelow(ranking: Int32Array, rank: Int32Array, maxDet: number): Int32Array {
  const slots = new Int32Array(ranking.length);
  let n = 0;
  for (let i = 0; i < ranking.length; i++) if (rank[ranking[i]] < maxDet) slots[n++] = ranking[i];
  return slots.subarray(0, n);
}
