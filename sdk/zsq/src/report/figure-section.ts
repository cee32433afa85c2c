import { table1Figure } from "../plot/table1-figure";
import { plotlyConfig } from "../plot/show";
import type { Table1Result } from "../study/result-schema";
import { html, raw, type Html } from "./html";

/** A figure as the page's program draws it: one set of data, a layout per theme and number of columns. */
export interface PageFigure {
  id: string;
  data: unknown;
  layouts: Record<string, unknown>;
  config: unknown;
}

/** The figure of Table 1: its place in the page, with static drawings until plotly has drawn, and what plotly draws. */
export function figureSection({ rows, paper }: Table1Result): { markup: Html; figure: PageFigure } {
  const drawn = (theme: "light" | "dark", columns: 1 | 2) => table1Figure(rows, paper, { theme, columns });
  const layouts = Object.fromEntries((["light", "dark"] as const).flatMap((theme) => ([1, 2] as const).map((columns) => [`${theme}${columns}`, drawn(theme, columns).layout])));
  const wide = drawn("light", 2);
  const markup = html`<section aria-labelledby="figure-heading">
<h2 id="figure-heading">mAP by calibration source</h2>
<p class="note">Each point is a quantized detector; its line is the 95 % interval. What lies on the dashed line has lost nothing.</p>
<figure>
<div class="plot" id="figure-table1"><div class="wide">${raw(withoutStyle(wide.svg))}</div><div class="narrow">${raw(withoutStyle(drawn("light", 1).svg))}</div></div>
<figcaption>Circles: the range of the image is calibrated like all others. Diamonds: it is set to that of any normalized 8-bit image, which needs no data. Open circles: the paper\u2019s numbers, of its own data and detectors; compare their distance from its full precision, not their place.</figcaption>
</figure>
</section>
`;
  return { markup, figure: { id: "figure-table1", data: wide.data, layouts, config: plotlyConfig("table1") } };
}

// the page's policy has no place for style attributes; its style sheet does the same
const withoutStyle = (svg: string): string => svg.replace(/ style="[^"]*"/, "");
