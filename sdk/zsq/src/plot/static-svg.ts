import { escapeMarkup } from "./markup";
import { PlotArea, type AxisSpec } from "./plot-area";
import { drawTrace, legendKey, type Trace } from "./svg-traces";
import { FONT } from "./theme";

/** The part of a plotly layout that figures of this package use and that can be drawn without plotly. */
export interface StaticLayout {
  height: number;
  margin: { l: number; r: number; t: number; b: number };
  paper_bgcolor: string;
  font: { color: string };
  shapes?: readonly Shape[];
  annotations?: readonly Annotation[];
  images?: readonly Picture[];
}

interface Shape { type: "line" | "rect"; xref: string; yref: string; x0: number; x1: number; y0: number; y1: number; fillcolor?: string; line: { color?: string; width: number; dash?: string } }
interface Annotation { text: string; xref: string; yref: string; x: number; y: number; xshift?: number; xanchor?: "left" | "center" | "right"; font?: { size?: number; color?: string } }
interface Picture { source: string; xref: string; yref: string; x: number; y: number; sizex: number; sizey: number; layer?: "above" | "below" }

const LEGEND = { key: 34, gap: 18, line: 22, top: 16 };

/**
 * A plotly spec as one static SVG element, for where plotly does not run: GitHub, print, a page without scripts. It draws
 * lines, markers, bars, filled areas, error bars, shapes, annotations and pictures on linear and logarithmic axes whose
 * ticks are given; nothing else.
 *
 * - **width** – in pixels
 * - **label** – what the figure shows, in a sentence
 *
 * The result states its size, scales with its container, has a title and a description, and loads nothing.
 */
export function staticSvg(data: readonly Record<string, unknown>[], spec: Record<string, unknown>, { width, label }: { width: number; label: string }): string {
  const layout = spec as unknown as StaticLayout;
  const traces = data as unknown as readonly Trace[];
  const area = new PlotArea(spec as Record<string, AxisSpec | undefined>, { width, ...layout });
  const pictures = (isBelow: boolean): string[] => (layout.images ?? []).filter(({ layer }) => (layer === "below") === isBelow).map((picture) => drawPicture(picture, area));
  const parts = [
    ...pictures(true), ...(layout.shapes ?? []).map((shape) => drawShape(shape, area)), ...area.axes(),
    ...traces.filter(({ x }) => x.some((value) => value !== null)).map((trace) => drawTrace(trace, area)),
    ...pictures(false), ...(layout.annotations ?? []).map((note) => drawAnnotation(note, area)),
    legend(traces, width),
  ];
  const title = escapeMarkup(label);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${layout.height}" width="${width}" height="${layout.height}" role="img" aria-label="${title}" font-family="${FONT}" font-size="12" fill="${layout.font.color}" style="max-width:100%;height:auto">`
    + `<title>${title}</title><rect width="100%" height="100%" fill="${layout.paper_bgcolor}"/>${parts.join("")}</svg>`;
}

function drawShape({ type, xref, yref, x0, x1, y0, y1, fillcolor, line }: Shape, area: PlotArea): string {
  const [left, right, top, bottom] = [area.x(xref, x0), area.x(xref, x1), area.y(yref, y1), area.y(yref, y0)];
  if (type === "line") return `<line x1="${n(left)}" x2="${n(right)}" y1="${n(top)}" y2="${n(bottom)}" stroke="${line.color}" stroke-width="${line.width}"${line.dash ? ' stroke-dasharray="5 4"' : ""}/>`;
  return `<rect x="${n(Math.min(left, right))}" y="${n(Math.min(top, bottom))}" width="${n(Math.abs(right - left))}" height="${n(Math.abs(bottom - top))}" fill="${fillcolor}"${line.color && line.width ? ` stroke="${line.color}" stroke-width="${line.width}"` : ""}/>`;
}

function drawPicture({ source, xref, yref, x, y, sizex, sizey }: Picture, area: PlotArea): string {
  const [left, top] = [area.x(xref, x), area.y(yref, y)];
  const [width, height] = [area.x(xref, x + sizex) - left, Math.abs(area.y(yref, y + sizey) - top)];
  return `<image x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(height)}" href="${source}" preserveAspectRatio="none"/>`;
}

function drawAnnotation({ text, xref, yref, x, y, xshift = 0, xanchor = "left", font }: Annotation, area: PlotArea): string {
  const bold = /^<b>(.*)<\/b>$/.exec(text);
  const anchor = { left: "start", center: "middle", right: "end" }[xanchor];
  // the text has plotly's entities already
  return `<text x="${n(area.x(xref, x) + xshift)}" y="${n(area.y(yref, y) - 8)}" text-anchor="${anchor}" font-size="${font?.size ?? 12}"${bold ? ' font-weight="bold"' : ""}${font?.color ? ` fill="${font.color}"` : ""}>${bold ? bold[1] : text}</text>`;
}

// entries flow in lines from the top left corner
function legend(traces: readonly Trace[], width: number): string {
  let [x, y] = [0, LEGEND.top];
  return traces.filter(({ showlegend, name }) => showlegend !== false && name !== undefined).map((trace) => {
    const size = LEGEND.key + 6.4 * trace.name!.length + LEGEND.gap;
    if (x > 0 && x + size > width) [x, y] = [0, y + LEGEND.line];
    const entry = `<g transform="translate(${n(x)} ${y})">${legendKey(trace)}<text x="${LEGEND.key}" y="4">${escapeMarkup(trace.name!)}</text></g>`;
    x += size;
    return entry;
  }).join("");
}

const n = (value: number): string => String(Number(value.toFixed(2)));
