import type { ConfusionMatrix } from "./confusion";
import type { Warning } from "./types";

// fewer may be chance
const LEAST = 5;

/**
 * A warning where detections fit ground truths of the next category, in the order of ids, rather than of their own:
 * classes counted from another number. Empty where they do not.
 *
 * - **confusion** – at all scores
 */
export function noteOffByOne({ categories: { length: K }, matrix }: ConfusionMatrix): Warning[] {
  const along = (shift: number): number => {
    let sum = 0;
    for (let k = Math.max(0, -shift); k < K && k + shift < K; k++) sum += matrix[k * (K + 1) + k + shift];
    return sum;
  };
  let fitting = 0;
  for (let t = 0; t < K; t++) for (let d = 0; d < K; d++) fitting += matrix[t * (K + 1) + d];
  const own = along(0);
  return [[1, "before"], [-1, "after"]].flatMap(([shift, word]) => {
    const count = along(shift as number);
    if (count < LEAST || count < 0.5 * fitting || count < 3 * own) return [];
    return [{ code: "classes-off-by-one", count, message: `detections that fit ground truths of the category ${word} theirs: ${count} of ${fitting} that fit any, ${own} their own category; check the number from which classes count` }];
  });
}
