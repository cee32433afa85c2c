import { interval, percent, points } from "./percent";
import type { Table1PaperRow, Table1Row } from "../study/result-schema";
import { SOURCES, sourceOrder } from "./theme";

/** One line of Table 1 as text, by column heading. */
export type TableRecord = Record<string, string>;

const NONE = "\u2013";

/**
 * All measured rows of Table 1 as text, each with the paper's number where it has one; by model, precision, treatment of
 * the image range, and source.
 *
 * Differences are from the same model in full precision, in percentage points: they can be compared with the paper's,
 * while the mAP itself is of other data and another model.
 *
 * @example new dfd.DataFrame(table1Table(result.rows, result.paper))
 */
export function table1Table(rows: readonly Table1Row[], paper: readonly Table1PaperRow[] = []): TableRecord[] {
  return [...rows].sort((a, b) => place(a) - place(b)).map((row) => {
    const there = counterpart(row, paper);
    return {
      model: `${row.model} on ${row.dataset}`,
      precision: row.precision,
      calibration: SOURCES[row.calibration].label,
      "image range": row.inputRange === "none" ? NONE : row.inputRange === "image" ? "known" : "calibrated",
      "mAP here, % [95 %]": `${percent(row.map.mean)} [${interval(row.map.ci95)}]`,
      "from full precision": loss(row, row.map.mean, fullPrecision(rows, row)?.map.mean),
      "mAP paper, %": there ? percent(there.map) : NONE,
      "from full precision, paper": there ? loss(there, there.map, fullPrecision(paper, there)?.map) : NONE,
      "size, MiB": row.sizeMiB.toFixed(2),
    };
  });
}

// models first, then precision, image range, source
function place({ model, precision, inputRange, calibration }: Table1Row): number {
  const digits = [["pretrained", "fine-tuned"].indexOf(model), ["W32A32", "W8A8", "W8A4"].indexOf(precision), ["none", "calibrated", "image"].indexOf(inputRange)];
  return digits.reduce((sum, digit) => 3 * sum + digit, 0) * sourceOrder.length + sourceOrder.indexOf(calibration);
}

/** The paper's row for the same model, precision and calibration; the paper calibrates the image range as all others. */
export function counterpart(row: Table1Row, paper: readonly Table1PaperRow[]): Table1PaperRow | undefined {
  if (row.inputRange === "image") return undefined;
  return paper.find(({ model, precision, calibration }) => model === row.model && precision === row.precision && calibration === row.calibration);
}

/** The row of the same model in full precision. */
export function fullPrecision<R extends { model: string; precision: string }>(rows: readonly R[], { model }: { model: string }): R | undefined {
  return rows.find((row) => row.model === model && row.precision === "W32A32");
}

const loss = ({ precision }: { precision: string }, map: number, full: number | undefined): string => (precision === "W32A32" || full === undefined ? NONE : points(map - full));
