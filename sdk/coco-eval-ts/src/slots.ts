import { countingSort, gather, identity } from "./counting-sort";
import type { DetectionRecords } from "./detection-records";
import { sortByScore } from "./score-sort";

/**
 * The detections that take part, each in a slot: by category, then falling score, then image, then file order. The
 * ranking of a category is thus a range of slots, sorted once for all settings; of one image and category (a cell)
 * only the best `maxDet` have a slot.
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
  /** slots of category k whose rank is below maxDet, rising */
  ranked(k: number, maxDet: number): Int32Array;
}

/** The non-empty cells by rising category, then image. */
export interface Cells {
  count: number;
  category: Int32Array;
  image: Int32Array;
  /** [count + 1], first place of each cell in slots */
  start: Int32Array;
  /** slots of each cell, by rising rank */
  slots: Int32Array;
}

/**
 * Sorts detections into slots.
 *
 * - **order** – places in the records, in file order
 * - **category** – [records], in [0, categories)
 */
export function assignSlots(records: DetectionRecords, order: Int32Array, category: Int32Array, images: number, categories: number, maxDet: number): Slots {
  const byScore = sortByScore(countingSort(order, records.image, images), records.scores);
  const ranking = countingSort(byScore, category, categories);
  const imageAt = gather(records.image, ranking, new Int32Array(ranking.length)), categoryAt = gather(category, ranking, new Int32Array(ranking.length));
  const byCell = countingSort(countingSort(identity(ranking.length), imageAt, images), categoryAt, categories);
  const { rank, kept } = rankInCells(byCell, imageAt, categoryAt, maxDet);

  const slotAt = new Int32Array(ranking.length).fill(-1), record = new Int32Array(kept), start = new Int32Array(categories + 1);
  const image = new Int32Array(kept), slotRank = new Int32Array(kept), scores = new Float64Array(kept);
  let slot = 0;
  for (let p = 0; p < ranking.length; p++) {
    if (rank[p] >= maxDet) continue;
    record[slot] = ranking[p];
    image[slot] = imageAt[p];
    slotRank[slot] = rank[p];
    scores[slot] = records.scores[ranking[p]];
    start[categoryAt[p] + 1]++;
    slotAt[p] = slot++;
  }
  for (let k = 0; k < categories; k++) start[k + 1] += start[k];
  const cells = collectCells(byCell, slotAt, imageAt, categoryAt, kept);
  return { count: kept, categories, start, record, image, rank: slotRank, scores, cells, ranked: (k, most) => rankedBelow(slotRank, start[k], start[k + 1], most) };
}

function rankInCells(byCell: Int32Array, imageAt: Int32Array, categoryAt: Int32Array, maxDet: number): { rank: Int32Array; kept: number } {
  const rank = new Int32Array(byCell.length);
  let kept = 0, next = 0;
  for (let j = 0; j < byCell.length; j++) {
    const p = byCell[j], before = byCell[j - 1];
    next = j > 0 && imageAt[before] === imageAt[p] && categoryAt[before] === categoryAt[p] ? next + 1 : 0;
    rank[p] = next;
    if (next < maxDet) kept++;
  }
  return { rank, kept };
}

function collectCells(byCell: Int32Array, slotAt: Int32Array, imageAt: Int32Array, categoryAt: Int32Array, kept: number): Cells {
  const category: number[] = [], image: number[] = [], start: number[] = [], slots = new Int32Array(kept);
  let at = 0, lastImage = -1, lastCategory = -1;
  for (let j = 0; j < byCell.length; j++) {
    const p = byCell[j];
    if (slotAt[p] < 0) continue;
    if (imageAt[p] !== lastImage || categoryAt[p] !== lastCategory) {
      image.push(lastImage = imageAt[p]);
      category.push(lastCategory = categoryAt[p]);
      start.push(at);
    }
    slots[at++] = slotAt[p];
  }
  start.push(at);
  return { count: image.length, category: Int32Array.from(category), image: Int32Array.from(image), start: Int32Array.from(start), slots };
}

function rankedBelow(rank: Int32Array, from: number, to: number, maxDet: number): Int32Array {
  const slots = new Int32Array(to - from);
  let n = 0;
  for (let s = from; s < to; s++) if (rank[s] < maxDet) slots[n++] = s;
  return slots.subarray(0, n);
}
