import { Architecture } from "../nn/architecture";
import type { PaperRow } from "../plot/table1-rows";
import type { TableRecord } from "../plot/table1-table";
import { paperConfigs } from "../study/profiles";

/**
 * The sizes that the paper states beside those that follow from its architecture, as text: no weights are needed for that.
 *
 * - **paper** – the paper's rows; those without a size, and repetitions of one, are left out
 *
 * @example sizeTable(result.paper)[0] // 38,198,935 parameters of 32 bits: 145.7 MiB computed, 145.7 in the paper
 */
export function sizeTable(paper: readonly PaperRow[]): TableRecord[] {
  const stated = new Map(paper.filter(({ sizeMiB }) => sizeMiB !== undefined).map((row) => [`${row.model} ${row.precision}`, row]));
  return [...stated.values()].map(({ model, precision, sizeMiB }) => {
    const architecture = new Architecture(paperConfigs[model]);
    const computed = architecture.sizeMiB(Number(/^W(\d+)/.exec(precision)![1]));
    return {
      detector: `${model}, ${precision}`,
      "outputs per anchor": String(paperConfigs[model].classes),
      parameters: architecture.parameterCount.toLocaleString("en-US"),
      "batch norms": String(architecture.ofKind("batchNorm").length),
      "computed, MiB": computed.toFixed(1),
      "paper, MB": (sizeMiB as number).toFixed(1),
      "computed / paper": (computed / (sizeMiB as number)).toFixed(3),
    };
  });
}
