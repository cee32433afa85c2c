import type { Figure } from "./figure";
import { roundTicks } from "./curves-figure";
import { plotlyText } from "./markup";
import { staticSvg } from "./static-svg";
import { baseAxis, baseLayout, NEUTRAL, THEMES, type ThemeName } from "./theme";

/** A number with its interval. */
export interface IntervalRow {
  label: string;
  /** #rrggbb */
  colour: string;
  mean: number;
  low: number;
  high: number;
}

export interface IntervalsOptions {
  title: string;
  /** of the numbers, with their unit */
  x: string;
  /** a value with a dashed line, and its name */
  guide?: { name: string; at: number };
  theme?: ThemeName;
}

const SIZE = { width: 680, left: 190, right: 14, row: 26, top: 58, bottom: 48 };

/** Numbers with their intervals, a line each in the order given. Throws if there are no rows. */
export function intervalsFigure(rows: readonly IntervalRow[], { title, x, guide, theme = "light" }: IntervalsOptions): Figure {
  if (!rows.length) throw new Error(`intervalsFigure: missing rows of ${title}; expected at least one`);
  const values = [...rows.flatMap(({ low, mean, high }) => [low, mean, high]), ...(guide ? [guide.at] : [])], ticks = roundTicks(Math.min(...values), Math.max(...values));
  const describe = ({ label, mean, low, high }: IntervalRow): string => `${label}: ${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const marks = {
    type: "scatter", mode: "markers", name: "value with its 95 % interval", x: rows.map(({ mean }) => tidy(mean)), y: rows.map((_, i) => i), marker: { color: rows.map(({ colour }) => colour), size: 10 },
    error_x: { type: "data", symmetric: false, array: rows.map(({ mean, high }) => tidy(high - mean)), arrayminus: rows.map(({ mean, low }) => tidy(mean - low)), color: NEUTRAL, thickness: 1.5, width: 3 },
    text: rows.map(describe), hovertemplate: "%{text}<extra></extra>",
  };
  const line = { color: NEUTRAL, width: 1.5, dash: "dash" };
  const data = [marks, ...(guide ? [{ type: "scatter", mode: "lines", name: guide.name, x: [null], y: [null], hoverinfo: "skip", line }] : [])];
  const base = baseAxis(theme), margin = 0.03 * (ticks[ticks.length - 1] - ticks[0]);
  const layout = {
    ...baseLayout(theme), height: SIZE.top + SIZE.row * rows.length + SIZE.bottom, margin: { l: SIZE.left, r: SIZE.right, t: SIZE.top, b: SIZE.bottom },
    xaxis: { ...base, title: { ...(base.title as object), text: x }, range: [tidy(ticks[0] - margin), tidy(ticks[ticks.length - 1] + margin)], tickvals: ticks, ticktext: ticks.map(String) },
    yaxis: { ...base, range: [rows.length - 0.5, -0.5], tickvals: rows.map((_, i) => i), ticktext: rows.map(({ label }) => plotlyText(label)), showgrid: false },
    shapes: guide ? [{ type: "line", xref: "x", yref: "y domain", x0: guide.at, x1: guide.at, y0: 0, y1: 1, layer: "below", line }] : [],
    annotations: [{ text: `<b>${plotlyText(title)}</b>`, xref: "x domain", yref: "y domain", x: 0, y: 1, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 13, color: THEMES[theme].ink } }],
    legend: { orientation: "h", x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top", font: { size: 12 }, itemwidth: 30 },
  };
  const text = [title, ...rows.map((row) => `  ${describe(row)}`), ...(guide ? [`  ${guide.name}: ${guide.at.toFixed(2)}`] : [])].join("\n");
  return { data, layout, svg: staticSvg(data, layout, { width: SIZE.width, label: title }), text };
}

const tidy = (value: number): number => Number(value.toPrecision(6));
