import type { Figure } from "./figure";
import { escapeMarkup } from "./markup";
import { baseAxis, baseLayout, FONT, THEMES, type ThemeName } from "./theme";

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
  const base = baseAxis(theme), axis = (text: string, range: number[]): Record<string, unknown> => ({ ...base, title: { ...(base.title as object), text }, range });
  const data = finite.map(({ name, colour, points }) => ({ type: "scatter", mode: "lines", name, line: { color: colour, width: 1.5 }, x: points.map(([value]) => value), y: points.map(([, value]) => value) }));
  const shapes = markers.map(({ x: at, colour }) => ({ type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, line: { color: colour, width: 1.5, dash: "dash" } }));
  const layout = { ...baseLayout(theme), height: SIZE.height, margin: { l: SIZE.left, r: SIZE.right, t: SIZE.top, b: SIZE.bottom }, title: { text: title, font: { size: 13 } }, xaxis: axis(x, [left, right]), yaxis: axis(y, [low, high]), shapes, legend: { orientation: "h", y: 1.02, yanchor: "bottom" } };
  const text = [title, ...finite.map(({ name, points }) => `  ${name}: ${points.map(([a, b]) => `${round(a)} ${round(b)}`).join(", ")}`), ...markers.map((marker) => `  ${marker.name}: ${round(marker.x)}`)].join("\n");
  return { data, layout, svg: drawing(finite, markers, { title, x, y, theme }, [left, right], [low, high]), text };
}

function drawing(series: readonly Series[], markers: readonly Marker[], { title, x, y, theme = "light" }: LinesOptions, [left, right]: number[], [low, high]: number[]): string {
  const { width, height, left: l, right: r, top: t, bottom: b } = SIZE, { background, ink, muted, grid } = THEMES[theme];
  const px = (value: number): string => (l + ((value - left) / (right - left)) * (width - l - r)).toFixed(1), py = (value: number): string => (height - b - ((value - low) / (high - low)) * (height - t - b)).toFixed(1);
  const label = (at: string, text: string): string => `<text ${at}>${escapeMarkup(text)}</text>`;
  const xs = [left, (left + right) / 2, right], ys = [low, (low + high) / 2, high];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${escapeMarkup(FONT)}" font-size="12" role="img">`,
    `<title>${escapeMarkup(title)}</title><rect width="${width}" height="${height}" fill="${background}"/>`,
    label(`x="8" y="18" font-weight="bold" font-size="13" fill="${ink}"`, title),
    ...series.map(({ name, colour }, i) => `<rect x="${l + 170 * i}" y="32" width="16" height="3" fill="${colour}"/>${label(`x="${l + 22 + 170 * i}" y="38" fill="${ink}"`, name)}`),
    ...ys.map((value) => `<line x1="${l}" x2="${width - r}" y1="${py(value)}" y2="${py(value)}" stroke="${grid}"/>${label(`x="${l - 6}" y="${py(value)}" text-anchor="end" dominant-baseline="middle" fill="${muted}"`, round(value))}`),
    ...xs.map((value) => label(`x="${px(value)}" y="${height - b + 16}" text-anchor="middle" fill="${muted}"`, round(value))),
    label(`x="${(l + width - r) / 2}" y="${height - 8}" text-anchor="middle" fill="${ink}"`, x),
    label(`x="14" y="${(t + height - b) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(t + height - b) / 2})" fill="${ink}"`, y),
    ...markers.map(({ colour, x: at }) => `<line x1="${px(at)}" x2="${px(at)}" y1="${t}" y2="${height - b}" stroke="${colour}" stroke-dasharray="5 4"/>`),
    ...series.map(({ colour, points }) => `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.map(([a, c]) => `${px(a)},${py(c)}`).join(" ")}"/>`),
    "</svg>",
  ].join("\n");
}

function extent(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

const round = (value: number): string => String(Number(value.toPrecision(4)));
