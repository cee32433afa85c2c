import type { Drawing, Figure } from "./figure";
import { htmlTable, textTable, toTable, type TableSource } from "./html-table";
import { writeDisplay, type MimeBundle } from "./kernel-display";

export interface ShowOptions {
  /** file name, without ending, under which the reader saves the figure as an image */
  name: string;
}

/**
 * Shows a figure in a notebook as one output with three forms: interactive (plotly), static (SVG, for where plotly does
 * not run, such as GitHub and print), and text; a drawing as SVG and text.
 *
 * Throws outside a notebook, or if the name is no plain file name.
 *
 * @example show(table1Figure(result.rows, result.paper), { name: "table1" })
 */
export function show(figure: Figure | Drawing, { name }: ShowOptions): void {
  writeDisplay("show", figureBundle(figure, { name }));
}

/** What `show` sends. */
export function figureBundle(figure: Figure | Drawing, { name }: ShowOptions): MimeBundle {
  if (!/^[\w-]+$/.test(name)) throw new Error(`show: invalid name: ${JSON.stringify(name)}; expected letters, digits, _ and -`);
  const plotly = figure.data ? { "application/vnd.plotly.v1+json": { data: figure.data, layout: figure.layout, config: plotlyConfig(name) } } : {};
  return { ...plotly, "image/svg+xml": figure.svg, "text/plain": figure.text };
}

/** Plotly's behaviour everywhere: follows the width of its place, few buttons, nothing sent or loaded. */
export const plotlyConfig = (name: string): Record<string, unknown> => ({
  responsive: true,
  displaylogo: false,
  modeBarButtons: [["zoom2d", "resetScale2d", "toImage"]],
  toImageButtonOptions: { format: "svg", filename: name },
});

export interface ShowTableOptions {
  /** what the table shows, in a sentence */
  caption: string;
}

/**
 * Shows a table in a notebook as HTML and as text. Columns of numbers are aligned to the right; everything is escaped.
 *
 * - **table** – a danfojs DataFrame, or rows as plain objects with the same keys; null and undefined show as a dash
 *
 * Throws outside a notebook, or if a row lacks a column.
 *
 * @example showTable(new dfd.DataFrame(table1Table(result)), { caption: "Table 1" })
 */
export function showTable(table: TableSource, options: ShowTableOptions): void {
  writeDisplay("showTable", tableBundle(table, options));
}

/** What `showTable` sends. */
export function tableBundle(source: TableSource, { caption }: ShowTableOptions): MimeBundle {
  const table = toTable("showTable", source);
  return { "text/html": htmlTable(table, { caption }), "text/plain": textTable(table, { caption }) };
}
