import { interval, percent, points } from "./percent";
import type { Table1PaperRow, Table1Row } from "../study/result-schema";
import { counterpart, fullPrecision, type TableRecord } from "./table1-table";
import { SOURCES } from "./theme";

const NONE = "\u2013";

/**
 * The paper's numbers beside ours as text, one line per number of the paper, with the reason why they differ.
 *
 * - **rows** – of Table 1; a number of the paper without a row here shows a dash
 *
 * @example showTable(new dfd.DataFrame(paperTable(result.rows, result.paper)), { caption: "Paper and here" })
 */
export function paperTable(rows: readonly Table1Row[], paper: readonly Table1PaperRow[]): TableRecord[] {
  return paper.map((there) => {
    const here = rows.find((row) => counterpart(row, [there]));
    const [fullHere, fullThere] = [fullPrecision(rows, there)?.map.mean, fullPrecision(paper, there)?.map];
    return {
      detector: `${there.model}, ${there.precision}, ${SOURCES[there.calibration].label}`,
      "paper, %": percent(there.map),
      "here, % [95 %]": here ? `${percent(here.map.mean)} [${interval(here.map.ci95)}]` : NONE,
      "from full precision, paper": distance(there, there.map, fullThere),
      "from full precision, here": distance(there, here?.map.mean, fullHere),
      "why they differ": here ? there.why : "not measured here",
    };
  });
}

const distance = ({ precision }: Table1PaperRow, map: number | undefined, full: number | undefined): string =>
  precision === "W32A32" || map === undefined || full === undefined ? NONE : points(map - full);
