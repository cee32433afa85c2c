import type { Figure, FigureOptions } from "../plot/figure";
import { plotlyConfig } from "../plot/show";
import { html, raw, type Html } from "./html";

/** A figure as the page's program draws it: one set of data per layout (a layout per theme and number of columns). */
export interface PageFigure {
  id: string;
  data: Record<string, unknown>;
  layouts: Record<string, unknown>;
  config: unknown;
}

/** One figure of the report. */
export interface FigureText {
  /** file name, without ending, under which the reader saves it */
  name: string;
  heading: string;
  /** a sentence above the figure */
  note: string;
  /** what its signs mean, below it */
  caption: string;
}

/** A section of a part of the report, and what its figures need. */
export interface Section {
  markup: Html;
  figures: PageFigure[];
}

/** A figure in the page: its place with static drawings until plotly has drawn, and what plotly draws. */
export function figureSection({ name, heading, note, caption }: FigureText, draw: (options: FigureOptions) => Figure): Section {
  const drawn = Object.fromEntries((["light", "dark"] as const).flatMap((theme) => ([1, 2] as const).map((columns) => [`${theme}${columns}`, draw({ theme, columns })])));
  const each = (part: "data" | "layout"): Record<string, unknown> => Object.fromEntries(Object.entries(drawn).map(([key, figure]) => [key, figure[part]]));
  const markup = html`<section aria-labelledby="${name}-heading">
<h2 id="${name}-heading">${heading}</h2>
<p class="note">${note}</p>
<figure>
<div class="plot" id="figure-${name}"><div class="wide">${raw(withoutStyle(drawn.light2.svg))}</div><div class="narrow">${raw(withoutStyle(drawn.light1.svg))}</div></div>
<figcaption>${caption}</figcaption>
</figure>
</section>
`;
  // data do not depend on the theme
  const data = each("data");
  return { markup, figures: [{ id: `figure-${name}`, data: { 1: data.light1, 2: data.light2 }, layouts: each("layout"), config: plotlyConfig(name) }] };
}

/** An SVG without its style attribute: the page's policy has no place for them; its style sheet does the same. */
export const withoutStyle = (svg: string): string => svg.replace(/ style="[^"]*"/, "");
