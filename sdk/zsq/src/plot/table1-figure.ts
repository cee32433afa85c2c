import type { Figure, FigureOptions } from "./figure";
import { plotlyText } from "./markup";
import { interval, percent } from "./percent";
import { staticSvg } from "./static-svg";
import { KINDS, MAP_AXIS, REFERENCE_LABEL, table1Panels, type Mark, type Panel, type Panels } from "./table1-panels";
import type { Table1PaperRow, Table1Row } from "../study/result-schema";
import { baseAxis, baseLayout, NEUTRAL, SOURCES, THEMES, type ThemeName } from "./theme";

const PIXELS = { line: 30, title: 30, axis: 44, legend: 30, left: 142, right: 14, gap: 26 };

/**
 * The figure of Table 1: mAP with its 95 % interval per calibration source, a panel per model and precision, full
 * precision as a dashed line with its interval as a band, the paper's numbers as open circles.
 *
 * - **rows** – of Table 1, in any order
 * - **paper** – the paper's rows; defaults to none
 *
 * Returns a plotly spec with the same drawing as SVG and as text.
 * Throws if no row is quantized.
 *
 * @example show(table1Figure(result.rows, result.paper), { name: "table1" })
 */
export function table1Figure(rows: readonly Table1Row[], paper: readonly Table1PaperRow[] = [], { theme = "light", columns = 2 }: FigureOptions = {}): Figure {
  const panels = table1Panels(rows, paper);
  const data = [...legend(panels), ...panels.panels.flatMap(traces)];
  const spec = layout(panels, columns, theme);
  const label = `mAP by calibration source: ${panels.panels.map(({ title }) => title).join("; ")}`;
  return { data, layout: spec, svg: staticSvg(data, spec, { width: columns === 1 ? 440 : 900, label }), text: panels.panels.map(asText).join("\n") };
}

function traces({ marks }: Panel, panel: number): Record<string, unknown>[] {
  const kinds = (Object.keys(KINDS) as Mark["kind"][]).filter((kind) => marks.some((mark) => mark.kind === kind));
  return kinds.map((kind) => {
    const own = marks.filter((mark) => mark.kind === kind);
    const error = { type: "data", symmetric: false, array: own.map(({ map, ci95 }) => up(ci95, map)), arrayminus: own.map(({ map, ci95 }) => up(ci95, map, 0)), color: NEUTRAL, thickness: 1.5, width: 3 };
    return {
      type: "scatter", mode: "markers", name: KINDS[kind].label, legendgroup: kind, showlegend: false,
      xaxis: `x${suffix(panel)}`, yaxis: `y${suffix(panel)}`,
      x: own.map(({ map }) => tidy(map)), y: own.map(({ line }) => line),
      ...(kind !== "paper" && { error_x: error }),
      marker: { symbol: KINDS[kind].symbol, size: kind === "here-image" ? 11 : 10, color: own.map(({ source }) => SOURCES[source].colour), line: { width: kind === "paper" ? 2 : 0 } },
      text: own.map(describe), hovertemplate: "%{text}<extra></extra>",
    };
  });
}

// distance from the mAP to one end of its interval
const up = (ci95: Mark["ci95"], map: number, end = 1): number => (ci95 ? tidy(Math.abs(ci95[end] - map)) : 0);

const tidy = (value: number): number => Number(value.toFixed(4));

const suffix = (panel: number): string => (panel ? String(panel + 1) : "");

function describe({ kind, source, map, ci95, seeds }: Mark): string {
  const value = `${SOURCES[source].label}: ${percent(map / 100, 2)} %`;
  if (!ci95) return `${value}, paper`;
  const range = source === "none" ? "" : `<br>${KINDS[kind].label.replace("here, ", "")}`;
  return `${value}${range}<br>95 % interval ${interval([ci95[0] / 100, ci95[1] / 100], 2)}, ${seeds} seed${seeds === 1 ? "" : "s"}`;
}

// Traces without points, so that each kind has one entry that hides it in all panels
function legend({ panels }: Panels): Record<string, unknown>[] {
  const marks = panels.flatMap((panel) => panel.marks);
  const entry = { type: "scatter", x: [null], y: [null], hoverinfo: "skip" };
  const kinds = (Object.keys(KINDS) as Mark["kind"][]).filter((kind) => marks.some((mark) => mark.kind === kind));
  const entries: Record<string, unknown>[] = kinds.map((kind) => ({ ...entry, mode: "markers", name: KINDS[kind].label, legendgroup: kind, marker: { symbol: KINDS[kind].symbol, size: 10, color: NEUTRAL, line: { width: kind === "paper" ? 2 : 0 } } }));
  return [...entries, { ...entry, mode: "lines", name: REFERENCE_LABEL, line: { color: SOURCES.none.colour, width: 1.5, dash: "dash" } }];
}

function layout({ lines, panels, axis }: Panels, columns: 1 | 2, theme: ThemeName): Record<string, unknown> {
  const rows = Math.ceil(panels.length / columns);
  const height = PIXELS.line * lines.length;
  const top = PIXELS.legend * (columns === 1 ? 3.5 : 2);
  const inner = rows * (PIXELS.title + height) + (rows - 1) * PIXELS.gap;
  const axes: Record<string, unknown> = {};
  panels.forEach((_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const above = PIXELS.title + row * (height + PIXELS.gap + PIXELS.title);
    const [low, high] = [1 - (above + height) / inner, 1 - above / inner].map((y) => Math.max(tidy(y), 0));
    const isLast = i + columns >= panels.length;
    axes[`xaxis${suffix(i)}`] = horizontal(axis, theme, suffix(i), columns === 1 ? [0, 1] : [column * 0.515, column * 0.515 + 0.485], isLast);
    axes[`yaxis${suffix(i)}`] = vertical(lines, theme, suffix(i), [low, high], column === 0);
  });
  return {
    ...baseLayout(theme), ...axes,
    height: top + inner + PIXELS.axis, margin: { l: PIXELS.left, r: PIXELS.right, t: top, b: PIXELS.axis },
    shapes: panels.flatMap((panel, i) => reference(panel, theme, suffix(i))), annotations: panels.map(({ title }, i) => heading(title, suffix(i), columns === 1 ? 8 - PIXELS.left : 0)),
    legend: { orientation: "h", x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top", font: { size: 12 }, itemwidth: 30 },
  };
}

function horizontal({ from, to, ticks }: Panels["axis"], theme: ThemeName, suffix: string, domain: number[], isLast: boolean): Record<string, unknown> {
  const base = baseAxis(theme);
  return { ...base, title: { ...(base.title as object), text: isLast ? MAP_AXIS : "" }, domain, range: [from, to], tickvals: ticks, anchor: `y${suffix}` };
}

function vertical(lines: readonly string[], theme: ThemeName, suffix: string, domain: number[], labels: boolean): Record<string, unknown> {
  const base = baseAxis(theme);
  return { ...base, domain, range: [lines.length - 0.5, -0.5], tickvals: lines.map((_, i) => i), ticktext: lines, showticklabels: labels, tickfont: { size: 12, color: THEMES[theme].ink }, fixedrange: true, anchor: `x${suffix}` };
}

// - **shift** – from the left edge of the panel, in pixels: narrow figures need the width of the labels too
function heading(title: string, suffix: string, shift: number): Record<string, unknown> {
  return { text: `<b>${plotlyText(title)}</b>`, xref: `x${suffix} domain`, yref: `y${suffix} domain`, x: 0, xshift: shift, y: 1, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 13 } };
}

function reference({ reference: full }: Panel, theme: ThemeName, suffix: string): Record<string, unknown>[] {
  if (!full) return [];
  const place = { xref: `x${suffix}`, yref: `y${suffix} domain`, y0: 0, y1: 1, layer: "below" };
  const band = { ...place, type: "rect", x0: tidy(full.ci95[0]), x1: tidy(full.ci95[1]), fillcolor: THEMES[theme].band, line: { width: 0 } };
  return [band, { ...place, type: "line", x0: tidy(full.map), x1: tidy(full.map), line: { color: SOURCES.none.colour, width: 1.5, dash: "dash" } }];
}

function asText({ title, marks }: Panel): string {
  return [title, ...[...marks].sort((a, b) => a.line - b.line).map((mark) => `  ${describe(mark).replace(/<br>/g, ", ")}`)].join("\n");
}
