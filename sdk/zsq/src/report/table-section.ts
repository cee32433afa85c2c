import { cellText, isNumeric, toTable, type TableSource } from "../plot/html-table";
import { html, type Html } from "./html";

/** A table in the page: headings, cells escaped, numbers to the right; wide ones scroll on their own. The first column heads its row. */
export function tableHtml(source: TableSource, { caption }: { caption: string }): Html {
  const table = toTable("tableHtml", source);
  const kind = table.columns.map((_, i) => (isNumeric(table, i) ? "number" : table.rows.some((row) => cellText(row[i]).length > 40) ? "text" : ""));
  const rows = table.rows.map((row) => html`<tr>${row.map((cell, i) => (i ? html`<td class="${kind[i]}">${cellText(cell)}</td>` : html`<th scope="row">${cellText(cell)}</th>`))}</tr>\n`);
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table><caption><span>${caption}</span></caption>
<thead><tr>${table.columns.map((column, i) => html`<th scope="col" class="${kind[i]}">${column}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div>
`;
}
