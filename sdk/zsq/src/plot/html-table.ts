import { escapeMarkup } from "./markup";

/** What a cell of a table can hold; null and undefined show as a dash. */
export type Cell = string | number | boolean | null | undefined;

/** A table by rows: every row has one cell per column. */
export interface Table {
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** A danfojs DataFrame, of which only this is used, or rows as plain objects that share their keys. */
export type TableSource = { columns: readonly string[]; values: unknown } | readonly Readonly<Record<string, unknown>>[];

const DASH = "\u2013";

/** A DataFrame or rows of plain objects as a Table. Throws if a row has not all columns of the first, or other ones. */
export function toTable(where: string, source: TableSource): Table {
  if ("columns" in source) return { columns: source.columns, rows: (source.values as Cell[][]).map((row) => (Array.isArray(row) ? row : [row])) };
  const columns = Object.keys(source[0] ?? {});
  source.forEach((row, i) => {
    const keys = Object.keys(row);
    if (keys.length !== columns.length || columns.some((column) => !(column in row))) throw new Error(`${where}: invalid columns of row ${i}: ${keys.join(", ")}; expected ${columns.join(", ")}`);
  });
  return { columns, rows: source.map((row) => columns.map((column) => row[column] as Cell)) };
}

/** A cell as text; numbers as they are. */
export const cellText = (cell: Cell): string => (cell === null || cell === undefined || cell === "" ? DASH : String(cell));

/** Whether all cells of a column begin with a number or are dashes, so that it is aligned to the right. */
export function isNumeric({ rows }: Table, column: number): boolean {
  const texts = rows.map((row) => cellText(row[column])).filter((text) => text !== DASH);
  return texts.every((text) => /^[+\u2212-]?\d/.test(text));
}

/** An HTML table with a caption and column headings; everything escaped, no scripts, no styles but the alignment. */
export function htmlTable(table: Table, { caption }: { caption: string }): string {
  const align = table.columns.map((_, i) => ` style="text-align:${isNumeric(table, i) ? "right;white-space:nowrap" : "left"}"`);
  const head = table.columns.map((column, i) => `<th scope="col"${align[i]}>${escapeMarkup(column)}</th>`).join("");
  const body = table.rows.map((row) => `<tr>${row.map((cell, i) => `<td${align[i]}>${escapeMarkup(cellText(cell))}</td>`).join("")}</tr>`);
  return `<table><caption style="text-align:left">${escapeMarkup(caption)}</caption><thead><tr>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table>`;
}

/** The same table as lines of text with padded columns. */
export function textTable(table: Table, { caption }: { caption: string }): string {
  const lines = [table.columns, ...table.rows.map((row) => row.map(cellText))];
  const widths = table.columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const pad = (text: string, i: number) => (isNumeric(table, i) ? text.padStart(widths[i]) : text.padEnd(widths[i]));
  return [caption, ...lines.map((line) => line.map(pad).join("  ").trimEnd())].join("\n");
}
