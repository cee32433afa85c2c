import { figureSpecs } from "./summarize";
import type { CategoryResult, Evaluation } from "./types";

/**
 * The twelve figures, a line each, character for character as COCOeval.summarize prints them.
 *
 * @example formatSummary(evaluation)[0] // " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.368"
 */
export function formatSummary({ params, stats }: Evaluation): string[] {
  const { iouThrs } = params, all = `${fixed(iouThrs[0], 2)}:${fixed(iouThrs[iouThrs.length - 1], 2)}`;
  return figureSpecs(params).map(({ kind, iou, area, maxDets }, i) => {
    const title = kind === "precision" ? "Average Precision  (AP)" : "Average Recall     (AR)";
    const threshold = (iou === undefined ? all : fixed(iou, 2)).padEnd(9);
    return ` ${title} @[ IoU=${threshold} | area=${area.padStart(6)} | maxDets=${String(maxDets).padStart(3)} ] = ${fixed(stats[i], 3)}`;
  });
}

/** A table of the categories' AP, AP50 and AR, a line each, with a line of titles. */
export function formatPerCategory(categories: readonly CategoryResult[]): string[] {
  const label = ({ id, name }: CategoryResult): string => (name === String(id) ? name : `${id} ${name}`);
  const width = Math.max(8, ...categories.map((category) => label(category).length));
  const row = (name: string, cells: string[]): string => ` ${name.padEnd(width)} ${cells.map((cell) => cell.padStart(7)).join("")}`;
  return [
    row("category", ["AP", "AP50", "AR"]),
    ...categories.map((category) => row(label(category), [category.ap, category.ap50, category.ar].map((value) => fixed(value, 3)))),
  ];
}

/**
 * A number with so many decimals, exact halves to the even digit as in Python (toFixed takes them up).
 *
 * @example fixed(0.0625, 3) // "0.062"
 */
export function fixed(value: number, digits: number): string {
  const halves = Math.abs(value) * 2 ** (digits + 1);
  const isHalf = Number.isInteger(halves) && halves % 2 === 1;
  if (!isHalf) return value.toFixed(digits);
  const units = Math.floor(Math.abs(value) * 10 ** digits), even = units % 2 === 0 ? units : units + 1;
  return `${value < 0 ? "-" : ""}${(even / 10 ** digits).toFixed(digits)}`;
}
