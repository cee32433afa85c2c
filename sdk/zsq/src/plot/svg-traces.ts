import { heatColour, inkOn } from "./heat-map";
import { escapeMarkup } from "./markup";
import type { PlotArea } from "./plot-area";

/** What a drawing reads of a plotly trace. */
export interface Trace {
  type: "scatter" | "bar" | "heatmap";
  mode?: string;
  name?: string;
  showlegend?: boolean;
  x: readonly (number | null)[];
  y: readonly number[];
  xaxis?: string;
  yaxis?: string;
  line?: { color?: string; width?: number; dash?: string };
  marker?: { symbol?: string; size?: number; color: string | readonly string[]; line?: { width?: number } };
  /** what each point says */
  text?: readonly string[];
  fill?: "toself";
  fillcolor?: string;
  error_x?: { array: readonly number[]; arrayminus?: readonly number[]; color: string };
  /** of bars, in units of x */
  width?: number;
  /** lower ends of bars; default 0 */
  base?: readonly number[];
}

/** A trace as SVG. */
export function drawTrace(trace: Trace, area: PlotArea): string {
  const [xaxis, yaxis] = [trace.xaxis ?? "x", trace.yaxis ?? "y"];
  if (trace.type === "bar") return drawBars(trace, area, xaxis, yaxis);
  if (trace.type === "heatmap") return drawCells(trace as unknown as HeatTrace, area, xaxis, yaxis);
  const points = trace.x.map((x, i): [number, number] => [area.x(xaxis, x!), area.y(yaxis, trace.y[i])]);
  const parts: string[] = [];
  const corners = points.map(([x, y]) => `${n(x)},${n(y)}`).join(" ");
  if (trace.fill) parts.push(`<polygon points="${corners}" fill="${trace.fillcolor}"/>`);
  else if (trace.mode?.includes("lines")) parts.push(`<polyline points="${corners}" fill="none"${stroke(trace)}/>`);
  if (trace.error_x) parts.push(...errorBars(trace, area, xaxis, points));
  if (trace.mode?.includes("markers")) parts.push(...points.map((point, i) => named(trace.text?.[i], marker(trace, i, point))));
  return parts.join("");
}

// what plotly shows on hovering, as a tooltip
const named = (text: string | undefined, drawing: string): string => (text === undefined ? drawing : `<g><title>${escapeMarkup(text.replace(/<br>/g, ", "))}</title>${drawing}</g>`);

/** The sign of a trace in a legend, 26 pixels wide around the height 0. */
export function legendKey(trace: Trace): string {
  if (trace.type === "bar") return `<rect x="2" y="-5" width="22" height="10" fill="${colourOf(trace, 0)}"/>`;
  const line = trace.mode?.includes("lines") ? `<line x1="0" x2="26" y1="0" y2="0"${stroke(trace)}/>` : "";
  return line + (trace.mode?.includes("markers") ? marker(trace, 0, [13, 0]) : "");
}

function drawBars(trace: Trace, area: PlotArea, xaxis: string, yaxis: string): string {
  const width = trace.width ?? 1;
  return trace.x.map((x, i) => {
    const base = trace.base?.[i] ?? 0;
    const [left, right, top, bottom] = [area.x(xaxis, x! - width / 2), area.x(xaxis, x! + width / 2), area.y(yaxis, base + trace.y[i]), area.y(yaxis, base)];
    return `<rect x="${n(left)}" y="${n(top)}" width="${n(right - left)}" height="${n(bottom - top)}" fill="${colourOf(trace, i)}"/>`;
  }).join("");
}

interface HeatTrace { x: readonly number[]; y: readonly number[]; z: readonly (readonly (number | null)[])[]; text: readonly (readonly string[])[]; customdata: readonly (readonly string[])[]; zmin: number; zmax: number }

function drawCells({ x, y, z, text, customdata, zmin, zmax }: HeatTrace, area: PlotArea, xaxis: string, yaxis: string): string {
  return y.flatMap((row, i) => x.map((column, k) => {
    const value = z[i][k];
    if (value === null) return "";
    const colour = heatColour(value, zmin, zmax);
    const [left, right, a, b] = [area.x(xaxis, column - 0.5), area.x(xaxis, column + 0.5), area.y(yaxis, row - 0.5), area.y(yaxis, row + 0.5)];
    const cell = `<rect x="${n(left + 1)}" y="${n(Math.min(a, b) + 1)}" width="${n(right - left - 2)}" height="${n(Math.abs(b - a) - 2)}" fill="${colour}"/>`;
    return named(customdata[i][k], `${cell}<text x="${n((left + right) / 2)}" y="${n((a + b) / 2 + 4)}" text-anchor="middle" fill="${inkOn(colour)}">${escapeMarkup(text[i][k])}</text>`);
  })).join("");
}

function errorBars({ error_x: error, x }: Trace, area: PlotArea, xaxis: string, points: readonly [number, number][]): string[] {
  return points.map(([, y], i) => {
    const [low, high] = [area.x(xaxis, x[i]! - (error!.arrayminus ?? error!.array)[i]), area.x(xaxis, x[i]! + error!.array[i])];
    return `<path d="M${n(low)} ${n(y - 3)}v6M${n(low)} ${n(y)}H${n(high)}M${n(high)} ${n(y - 3)}v6" stroke="${error!.color}" stroke-width="1.5" fill="none"/>`;
  });
}

function marker(trace: Trace, i: number, [x, y]: readonly [number, number]): string {
  const { symbol = "circle", size = 6 } = trace.marker!;
  const colour = colourOf(trace, i), r = size / 2;
  if (symbol === "diamond") return `<path d="M${n(x)} ${n(y - r)}L${n(x + r)} ${n(y)}L${n(x)} ${n(y + r)}L${n(x - r)} ${n(y)}Z" fill="${colour}"/>`;
  if (symbol === "circle-open") return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="none" stroke="${colour}" stroke-width="${trace.marker?.line?.width ?? 2}"/>`;
  return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${colour}"/>`;
}

const colourOf = ({ marker: style }: Trace, i: number): string => (typeof style!.color === "string" ? style!.color : style!.color[i]);

const DASHES: Readonly<Record<string, string>> = { dash: "5 4", dot: "2 3", dashdot: "7 3 2 3" };

function stroke({ line }: Trace): string {
  const dash = line?.dash && DASHES[line.dash] ? ` stroke-dasharray="${DASHES[line.dash]}"` : "";
  return ` stroke="${line?.color}" stroke-width="${line?.width ?? 2}"${dash}`;
}

const n = (value: number): string => String(Number(value.toFixed(2)));
