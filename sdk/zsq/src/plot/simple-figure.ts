import type { Figure } from "./figure";
import { escapeMarkup } from "./markup";
import { staticSvg } from "./static-svg";
import { baseAxis, baseLayout, type ThemeName } from "./theme";

/** A line through points. */
export interface Series {
  name: string;
  colour: string;
  points: readonly (readonly [number, number])[];
}

/** A vertical dashed line. */
export interface Marker {
  name: string;
  colour: string;
  x: number;
}

export interface LinesOptions {
  title: string;
  x: string;
  y: string;
  theme?: ThemeName;
}

const SIZE = { width: 640, height: 300, left: 64, right: 12, top: 52, bottom: 44 };

/** Lines and vertical markers as a figure: a plotly spec, the same as SVG, and as text. Throws if there is no finite point. */
export function linesFigure(series: readonly Series[], markers: readonly Marker[], { title, x, y, theme = "light" }: LinesOptions): Figure {
  const finite = series.map(({ name, colour, points }) => ({ name, colour, points: points.filter((point) => point.every(Number.isFinite)) }));
  const all = finite.flatMap(({ points }) => points);
  if (!all.length) throw new Error(`linesFigure: missing points of ${title}; expected at least one`);
  const [left, right] = extent([...all.map(([value]) => value), ...markers.map((marker) => marker.x)]), [low, high] = extent(all.map(([, value]) => value));
  const base = baseAxis(theme), axis = (text: string, [from, to]: [number, number]): Record<string, unknown> => {
    const tickvals = [from, (from + to) / 2, to];
    return { ...base, title: { ...(base.title as object), text }, range: [from, to], tickvals, ticktext: tickvals.map(round) };
  };
  const data = finite.map(({ name, colour, points }) => ({ type: "scatter", mode: "lines", name, line: { color: colour, width: 1.5 }, x: points.map(([value]) => value), y: points.map(([, value]) => value) }));
  const shapes = markers.map(({ x: at, colour }) => ({ type: "line", x0: at, x1: at, xref: "x", yref: "y domain", y0: 0, y1: 1, line: { color: colour, width: 1.5, dash: "dash" } }));
  const heading = { text: `<b>${escapeMarkup(title)}</b>`, xref: "x domain", yref: "y domain", x: 0, y: 1, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 13 } };
  const layout = { ...baseLayout(theme), height: SIZE.height, margin: { l: SIZE.left, r: SIZE.right, t: SIZE.top, b: SIZE.bottom }, annotations: [heading], xaxis: axis(x, [left, right]), yaxis: axis(y, [low, high]), shapes, legend: { orientation: "h", y: 1.02, yanchor: "bottom" } };
  const text = [title, ...finite.map(({ name, points }) => `  ${name}: ${points.map(([a, b]) => `${round(a)} ${round(b)}`).join(", ")}`), ...markers.map((marker) => `  ${marker.name}: ${round(marker.x)}`)].join("\n");
  return { data, layout, svg: staticSvg(data, layout, { width: SIZE.width, label: title }), text };
}

function extent(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

const round = (value: number): string => String(Number(value.toPrecision(4)));
