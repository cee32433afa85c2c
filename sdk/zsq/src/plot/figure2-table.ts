import type { Figure2Result } from "../study/result-schema";
import { percent } from "./percent";
import type { TableRecord } from "./table1-table";

/**
 * Figure 2 in numbers, means over the seeds: a record per model, loss and number of iterations.
 *
 * @example showTable(new dfd.DataFrame(figure2Table(result)), { caption: "Figure 2 in numbers" })
 */
export function figure2Table({ rows }: Pick<Figure2Result, "rows">): TableRecord[] {
  const points = new Map(rows.map((row) => [`${row.model}/${row.loss}/${row.iterations}`, row]));
  return [...points.values()].map(({ model, loss, iterations }) => {
    const own = rows.filter((row) => row.model === model && row.loss === loss && row.iterations === iterations);
    const mean = (key: "map" | "lossMean" | "lossStd", precision?: string): number => {
      const values = own.filter((row) => precision === undefined || row.precision === precision).map((row) => row[key]);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    return {
      model, loss, iterations: String(iterations), "W8A8 mAP, %": percent(mean("map", "W8A8"), 2), "W8A4 mAP, %": percent(mean("map", "W8A4"), 2),
      "distance of means": mean("lossMean").toPrecision(3), "distance of deviations": mean("lossStd").toPrecision(3),
    };
  });
}
