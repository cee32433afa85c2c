import { percentile } from "../study/comparison";
import type { BatchSource, Figure3Result, Figure3Row, Figure3Summary } from "../study/result-schema";
import type { Figure, FigureOptions } from "./figure";

import { niceAxis } from "./nice-axis";
import { PanelGrid } from "./panel-grid";
import { percent } from "./percent";
import { staticSvg } from "./static-svg";
import { baseLayout, BATCH_SOURCES, NEUTRAL, SOURCES, THEMES, type ThemeName } from "./theme";

const SIZES = { panel: 220, left: 124, between: 28, legendLines: [2, 1] } as const;
/** mAP is rounded to tenths of a point, or where it spreads over many of them to halves. */
const binOf = (rows: readonly Figure3Row[]): number => (Math.max(...rows.map(({ map }) => map)) - Math.min(...rows.map(({ map }) => map)) > 0.04 ? 0.5 : 0.1);
/** of the highest bar, in lines of a panel */
const BAR_HEIGHT = 0.75;

/**
 * Figure 3: how mAP is distributed over calibration batches, a panel per precision and treatment of the image range: a
 * histogram for each source on a line of its own, and below it a box from the first to the third quartile with the median,
 * a line from the 5th to the 95th percentile, and the mean; full precision dashed.
 *
 * Returns a plotly spec with the same drawing as SVG and as text.
 *
 * @example show(figure3Figure(result), { name: "figure3" })
 */
export function figure3Figure({ rows, summary, fullPrecision, model }: Pick<Figure3Result, "rows" | "summary" | "fullPrecision" | "model">, { theme = "light", columns = 2 }: FigureOptions = {}): Figure {
  const sources = (Object.keys(BATCH_SOURCES) as BatchSource[]).filter((source) => rows.some((row) => row.source === source));
  const kinds = [...new Map(rows.map(({ precision, inputRange }) => [`${precision}/${inputRange}`, { precision, inputRange }])).values()];
  const grid = new PanelGrid(kinds.length, columns, SIZES, theme);
  const y = { range: [sources.length - 0.62, -0.95], tickvals: sources.map((_, i) => i), ticktext: sources.map((source) => BATCH_SOURCES[source].label), showgrid: false };
  const panels = kinds.map(({ precision, inputRange }, i) => {
    const isOf = (row: { precision: string; inputRange: string }): boolean => row.precision === precision && row.inputRange === inputRange;
    const own = rows.filter(isOf);
    const { from, to, ticks } = niceAxis([...own.map(({ map }) => 100 * map), 100 * fullPrecision]);
    const place = { xaxis: `x${grid.axis(i)}`, yaxis: `y${grid.axis(i)}` };
    return {
      title: `${model}, ${precision}, image range ${inputRange === "image" ? "known" : "calibrated"}`,
      axes: grid.axes(i, { range: [from, to], tickvals: ticks, title: "mAP 0.50:0.95 (percent)" }, { ...y, showticklabels: columns === 1 || i % 2 === 0 }),
      traces: [...histograms(own, sources), means(summary.filter(isOf), sources)].map((trace) => ({ ...trace, ...place })),
      boxes: boxes(own, sources, place, theme),
      line: { type: "line", xref: place.xaxis, yref: `${place.yaxis} domain`, x0: tidy(100 * fullPrecision), x1: tidy(100 * fullPrecision), y0: 0, y1: 1, layer: "below", line: { color: SOURCES.none.colour, width: 1.5, dash: "dash" } },
    };
  });
  const entry = { type: "scatter", x: [null], y: [null], hoverinfo: "skip" };
  const legend = [
    { ...entry, mode: "markers", name: "mean; box of quartiles; 5th to 95th percentile", marker: { symbol: "diamond", size: 9, color: NEUTRAL } },
    { ...entry, mode: "lines", name: "full precision", line: { color: SOURCES.none.colour, width: 1.5, dash: "dash" } },
  ];
  const data = [...legend, ...panels.flatMap(({ traces }) => traces)];
  const layout = {
    ...baseLayout(theme), ...grid.frame(), ...Object.assign({}, ...panels.map(({ axes }) => axes)) as object, barmode: "overlay",
    shapes: panels.flatMap(({ line, boxes: own }) => [line, ...own]), annotations: panels.map(({ title }, i) => grid.heading(i, title)),
  };
  return { data, layout, svg: staticSvg(data, layout, { width: grid.width, label: `Distribution of mAP over calibration batches, ${model}` }), text: summary.map(describe).join("\n") };
}

// bars that stand on the line of their source; the highest of a panel is the same everywhere
function histograms(rows: readonly Figure3Row[], sources: readonly BatchSource[]): Record<string, unknown>[] {
  const width = binOf(rows);
  const counts = sources.map((source) => {
    const bins = new Map<number, number>();
    for (const { source: own, map } of rows) {
      const bin = Math.round((100 * map) / width);
      if (own === source) bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
    return [...bins].sort(([a], [b]) => a - b);
  });
  const most = Math.max(...counts.flat().map(([, count]) => count));
  return sources.map((source, i) => {
    const { label, colour } = BATCH_SOURCES[source];
    const total = counts[i].reduce((sum, [, count]) => sum + count, 0);
    return {
      type: "bar", name: label, showlegend: false, x: counts[i].map(([bin]) => tidy(bin * width)), y: counts[i].map(([, count]) => tidy((-BAR_HEIGHT * count) / most)), base: counts[i].map(() => i), width,
      marker: { color: colour }, text: counts[i].map(([bin, count]) => `${label}: ${count} of ${total} batches at ${(bin * width).toFixed(1)} %`), textposition: "none", hovertemplate: "%{text}<extra></extra>",
    };
  });
}

const BELOW = { middle: 0.17, half: 0.075 };

// quartiles as a box, percentiles 5 to 95 as a line, the median as a bar
function boxes(rows: readonly Figure3Row[], sources: readonly BatchSource[], { xaxis: xref, yaxis: yref }: { xaxis: string; yaxis: string }, theme: ThemeName): Record<string, unknown>[] {
  return sources.flatMap((source, i) => {
    const maps = rows.filter((row) => row.source === source).map(({ map }) => 100 * map);
    const [p5, q1, median, q3, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((p) => tidy(percentile(maps, p)));
    const middle = i + BELOW.middle, [top, bottom] = [middle - BELOW.half, middle + BELOW.half];
    const line = (x0: number, x1: number, y0: number, y1: number, color: string): Record<string, unknown> => ({ type: "line", xref, yref, x0, x1, y0, y1, layer: "below", line: { color, width: 1.5 } });
    return [
      line(p5, p95, middle, middle, NEUTRAL), { type: "rect", xref, yref, layer: "below", x0: q1, x1: q3, y0: top, y1: bottom, fillcolor: THEMES[theme].band, line: { color: NEUTRAL, width: 1 } },
      line(median, median, top, bottom, THEMES[theme].ink),
    ];
  });
}

function means(summary: readonly Figure3Summary[], sources: readonly BatchSource[]): Record<string, unknown> {
  const own = sources.map((source) => summary.find((one) => one.source === source)!);
  return {
    type: "scatter", mode: "markers", name: "mean", showlegend: false, x: own.map(({ mean }) => tidy(100 * mean)), y: own.map((_, i) => i + BELOW.middle),
    marker: { symbol: "diamond", size: 9, color: sources.map((source) => BATCH_SOURCES[source].colour) }, text: own.map(describe), hovertemplate: "%{text}<extra></extra>",
  };
}

function describe({ source, precision, inputRange, mean, std, min, max, n }: Figure3Summary): string {
  return `${BATCH_SOURCES[source].label}, ${precision}, image range ${inputRange === "image" ? "known" : "calibrated"}: mean ${percent(mean, 2)} %, deviation ${percent(std, 2)}, ${percent(min, 2)} to ${percent(max, 2)}, ${n} batches`;
}

const tidy = (value: number): number => Number(value.toPrecision(6));
