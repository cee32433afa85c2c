/**
 * Greedy non-maximum suppression within each class: the indices of the boxes that stay, by falling score.
 *
 * A box goes if a better one of its class overlaps it by more than `threshold`; ties in score go to the lower index.
 * A pair of boxes without area has no overlap.
 *
 * - **boxes** – x1, y1, x2, y2 in pixels, float32 [m, 4]
 * - **scores** – [m], any numbers whose order is that of preference, such as logits
 * - **labels** – [m], class of each box
 * - **threshold** – largest intersection over union that two boxes of a class may have
 * - **most** – stops when so many boxes are kept; defaults to all
 *
 * Throws if the lengths differ or a score is NaN. Source: torchvision's batched_nms, one class at a time.
 *
 * @example nms(Float32Array.of(0, 0, 4, 4, 0, 0, 4, 3), Float32Array.of(0.5, 0.9), Int32Array.of(1, 1), 0.5) // Int32Array [1]
 */
export function nms(boxes: Float32Array, scores: Float32Array, labels: Int32Array, threshold: number, most = Infinity): Int32Array {
  const count = scores.length;
  if (boxes.length !== 4 * count || labels.length !== count) {
    throw new RangeError(`nms: invalid lengths: ${boxes.length} box coordinates, ${count} scores, ${labels.length} labels; expected 4 m, m and m`);
  }
  const kept = new Int32Array(Math.min(count, most));
  const previous = new Int32Array(kept.length); // of the same class, as a place in kept, or -1
  const last = new Map<number, number>(); // place in kept of the last of each class
  let keptCount = 0;
  for (const box of fallingOrder(scores)) {
    if (keptCount === kept.length) break;
    const newest = last.get(labels[box]) ?? -1;
    let rival = newest;
    while (rival >= 0 && !(overlap(boxes, kept[rival], box) > threshold)) rival = previous[rival];
    if (rival >= 0) continue;
    last.set(labels[box], keptCount);
    previous[keptCount] = newest;
    kept[keptCount++] = box;
  }
  return kept.slice(0, keptCount);
}

// 0 .. m-1 by falling score, equal scores by rising index
function fallingOrder(scores: Float32Array): Int32Array {
  const order = new Int32Array(scores.length);
  for (let i = 0; i < order.length; i++) {
    if (Number.isNaN(scores[i])) throw new RangeError(`nms: invalid score: NaN at ${i}; expected numbers`);
    order[i] = i;
  }
  return order.sort((a, b) => scores[b] - scores[a] || a - b);
}

// intersection over union of boxes a and b
function overlap(boxes: Float32Array, a: number, b: number): number {
  const i = 4 * a, j = 4 * b;
  const width = Math.min(boxes[i + 2], boxes[j + 2]) - Math.max(boxes[i], boxes[j]);
  const height = Math.min(boxes[i + 3], boxes[j + 3]) - Math.max(boxes[i + 1], boxes[j + 1]);
  if (!(width > 0 && height > 0)) return 0;
  const both = width * height;
  const areaA = (boxes[i + 2] - boxes[i]) * (boxes[i + 3] - boxes[i + 1]);
  const areaB = (boxes[j + 2] - boxes[j]) * (boxes[j + 3] - boxes[j + 1]);
  return both / (areaA + areaB - both);
}
