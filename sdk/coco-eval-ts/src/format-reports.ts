import type { ConfusionMatrix } from "./confusion";
import type { ErrorSplit } from "./error-split";
import { fixed } from "./format";
import type { ScoreCurve, ScoreCurves } from "./score-curves";

/** A table of the score of largest F1, for each category and one for all, with the rates there; IoU .5 unless asked for otherwise. */
export function formatCurves({ categories, overall }: ScoreCurves): string[] {
  const row = ({ name, best, reason }: ScoreCurve): string[] => (best ? [name, ...[best.score, best.precision, best.recall, best.f1].map((value) => fixed(value, 3))] : [name, reason!]);
  return table([["best score", "score", "P", "R", "F1"], ...categories.map(row), row(overall)]);
}

/** The confusion matrix with a line for each category of the ground truth and a column for each of the detections. */
export function formatConfusion({ categories, matrix }: ConfusionMatrix): string[] {
  const names = [...categories.map(({ name }) => name), "nothing"], width = names.length;
  return table([["truth \\ taken for", ...names], ...names.map((name, t) => [name, ...Array.from(matrix.subarray(t * width, (t + 1) * width), String)])]);
}

/** Kinds of errors, how often each occurs and by how much AP at the IoU threshold would rise without it. */
export function formatErrors({ ap, errors, falsePositives, falseNegatives }: ErrorSplit): string[] {
  return table([
    ["error", "count", "dAP"], ...errors.map(({ name, count, delta }) => [name, String(count), fixed(delta, 3)]),
    ["false positives", "", fixed(falsePositives, 3)], ["false negatives", "", fixed(falseNegatives, 3)], ["AP", "", fixed(ap, 3)],
  ]);
}

// the first column to the left, the others to the right
function table(rows: readonly string[][]): string[] {
  const width = (c: number): number => Math.max(...rows.map((row) => row[c]?.length ?? 0));
  return rows.map(([first, ...rest]) => ` ${[first.padEnd(width(0)), ...rest.map((cell, c) => cell.padStart(Math.max(width(c + 1), 6)))].join("  ")}`.trimEnd());
}
