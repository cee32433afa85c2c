import type { Figure3Result } from "../study/result-schema";
import { percent, points } from "./percent";
import type { TableRecord } from "./table1-table";
import { BATCH_SOURCES } from "./theme";

/**
 * Figure 3 in numbers: a record per precision, treatment of the image range, and source, with the paper's numbers at W8A8.
 *
 * @example showTable(new dfd.DataFrame(figure3Table(result)), { caption: "Figure 3 in numbers" })
 */
export function figure3Table({ summary, paper }: Pick<Figure3Result, "summary" | "paper">): TableRecord[] {
  return summary.map(({ source, precision, inputRange, mean, std, min, p5, max, n }) => {
    const there = precision === "W8A8" && inputRange === "calibrated" ? paper.find((row) => row.source === source) : undefined;
    const show = (value: number | null | undefined): string => (value === null || value === undefined ? "" : percent(value, 2));
    return {
      precision, "image range": inputRange === "image" ? "known" : "calibrated", batches: BATCH_SOURCES[source].label, n: String(n),
      "mean, %": show(mean), "deviation, points": show(std), "lowest, %": show(min), "5th percentile, %": show(p5), "highest, %": show(max),
      "mean, paper, %": show(there?.mean), "lowest, paper, %": show(there?.min),
    };
  });
}

/**
 * Whether distilled batches spread less than others: the difference of standard deviations with its interval, and Levene's test.
 *
 * @example showTable(new dfd.DataFrame(figure3Spread(result)), { caption: "Do distilled batches spread less?" })
 */
export function figure3Spread({ spreads }: Pick<Figure3Result, "spreads">): TableRecord[] {
  return spreads.map(({ against, precision, inputRange, difference: { mean, ci95: [low, high] }, levene: test }) => ({
    precision, "image range": inputRange === "image" ? "known" : "calibrated", "distilled against": BATCH_SOURCES[against].label,
    "difference of deviations, points [95 %]": `${points(mean, 2)} [${points(low, 2)} to ${points(high, 2)}]`,
    "Levene W": !test ? "" : test.statistic > 1e6 ? "above 10^6" : test.statistic.toFixed(2), p: !test ? "too few batches" : test.p < 0.001 ? "below 0.001" : test.p.toFixed(3),
  }));
}
