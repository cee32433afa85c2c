import type { Figure } from "./figure";
import { plotlyText } from "./markup";
import { staticSvg } from "./static-svg";
import { baseAxis, baseLayout, NEUTRAL, THEMES, type ThemeName } from "./theme";

/** A line through points, its points marked or not. */
export interface Curve {
  name: string;
  colour: string;
  points: readonly (readonly [x: number, y: number])[];
  markers?: boolean;
  dash?: "dash" | "dot";
  /** defaults to 2 pixels; 0: marks alone */
  width?: number;
}

/** A dashed line across the figure at one value of an axis. */
export interface Guide {
  name: string;
  axis: "x" | "y";
  at: number;
}

export interface CurveAxis {
  /** what is measured, with its unit */
  title: string;
  /** logarithmic, for positive values; defaults to false */
  log?: boolean;
  /** ends of the axis; defaults to those of the curves with some room */
  range?: readonly [number, number];
  /** values with a tick; defaults to round ones */
  ticks?: readonly number[];
}

export interface CurvesOptions {
  title: string;
  x: CurveAxis;
  y: CurveAxis;
  guides?: readonly Guide[];
  theme?: ThemeName;
}

const SIZE = { width: 680, height: 340, left: 68, right: 14, legendLine: 24, heading: 30, bottom: 48 };

/**
 * Curves over two axes with round ticks, linear or logarithmic: a plotly spec, the same as SVG, and as text. Points that
 * are not finite, or not positive on a logarithmic axis, are left out.
 *
 * Throws if no point is left.
 */
export function curvesFigure(curves: readonly Curve[], { title, x, y, guides = [], theme = "light" }: CurvesOptions): Figure {
  const shown = curves.map((curve) => ({ ...curve, points: curve.points.filter(([a, b]) => isOn(x, a) && isOn(y, b)) })).filter(({ points }) => points.length);
  if (!shown.length) throw new Error(`curvesFigure: missing points of ${title}; expected at least one`);
  const along = (axis: "x" | "y"): number[] => [...shown.flatMap(({ points }) => points.map((point) => point[axis === "x" ? 0 : 1])), ...guides.filter((guide) => guide.axis === axis).map(({ at }) => at)];
  const lines = Math.ceil((shown.reduce((sum, { name }) => sum + 60 + 6.4 * name.length, 0) + guides.reduce((sum, { name }) => sum + 60 + 6.4 * name.length, 0)) / SIZE.width);
  const data = [...shown.map(traceOf), ...guides.map(({ name }) => ({ type: "scatter", mode: "lines", name, x: [null], y: [null], hoverinfo: "skip", line: { color: NEUTRAL, width: 1.5, dash: "dash" } }))];
  const top = SIZE.legendLine * lines + SIZE.heading;
  const layout = {
    ...baseLayout(theme), height: SIZE.height + SIZE.legendLine * (lines - 1), margin: { l: SIZE.left, r: SIZE.right, t: top, b: SIZE.bottom },
    xaxis: axisOf(x, along("x"), theme), yaxis: axisOf(y, along("y"), theme),
    shapes: guides.map(({ axis, at }) => ({ type: "line", xref: axis === "x" ? "x" : "x domain", yref: axis === "x" ? "y domain" : "y", ...(axis === "x" ? { x0: at, x1: at, y0: 0, y1: 1 } : { x0: 0, x1: 1, y0: at, y1: at }), line: { color: NEUTRAL, width: 1.5, dash: "dash" } })),
    annotations: [{ text: `<b>${plotlyText(title)}</b>`, xref: "x domain", yref: "y domain", x: 0, y: 1, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 13, color: THEMES[theme].ink } }],
    legend: { orientation: "h", x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top", font: { size: 12 }, itemwidth: 30 },
  };
  const text = [title, ...shown.map(({ name, points }) => `  ${name}: ${points.map(([a, b]) => `${tidy(a)} ${tidy(b)}`).join(", ")}`), ...guides.map(({ name, axis, at }) => `  ${name}: ${axis} = ${tidy(at)}`)].join("\n");
  return { data, layout, svg: staticSvg(data, layout, { width: SIZE.width, label: title }), text };
}

/** Round values from below the lowest to above the highest, some five of them. */
export function roundTicks(low: number, high: number): number[] {
  const raw = (high - low || Math.abs(high) || 1) / 5, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9))!;
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
}

const isOn = ({ log }: CurveAxis, value: number): boolean => Number.isFinite(value) && (!log || value > 0);

function traceOf({ name, colour, points, markers, dash, width = 2 }: Curve): Record<string, unknown> {
  const mode = [...(width ? ["lines"] : []), ...(markers || !width ? ["markers"] : [])].join("+");
  return {
    type: "scatter", mode, name, x: points.map(([a]) => tidy(a)), y: points.map(([, b]) => tidy(b)), line: { color: colour, width, ...(dash && { dash }) },
    ...(mode.includes("markers") && { marker: { color: colour, size: 7 } }), hovertemplate: `${plotlyText(name)}: %{x}, %{y}<extra></extra>`,
  };
}

function axisOf({ title, log, range, ticks }: CurveAxis, values: readonly number[], theme: ThemeName): Record<string, unknown> {
  const base = baseAxis(theme), [low, high] = [Math.min(...values), Math.max(...values)];
  const own = ticks ?? (log ? logTicks(low, high) : roundTicks(range?.[0] ?? low, range?.[1] ?? high));
  const [from, to] = (range ?? [Math.min(low, own[0]), Math.max(high, own[own.length - 1])]).map((value) => (log ? Math.log10(value) : value));
  const margin = range ? 0 : 0.02 * (to - from || 1);
  return { ...base, title: { ...(base.title as object), text: title }, ...(log && { type: "log" }), range: [tidy(from - margin), tidy(to + margin)], tickvals: own, ticktext: own.map(shortened) };
}

// no longer than the margin is wide
const shortened = (value: number): string => (value !== 0 && Math.abs(value) < 0.001 ? value.toExponential() : String(value));

// powers of ten, with twos and fives where there would be fewer than three
function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  const all = Array.from({ length: last - first + 1 }, (_, i) => factors.map((factor) => Number((factor * 10 ** (first + i)).toPrecision(1)))).flat();
  return all.filter((_, i) => (all[i + 1] ?? Infinity) > low && (all[i - 1] ?? 0) < high);
}

const tidy = (value: number): number => Number(value.toPrecision(6));
