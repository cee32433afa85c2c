import type { CompareResult } from "../study/compare-schema";
import type { Figure, FigureOptions } from "./figure";
import { logAxis, niceAxis } from "./nice-axis";
import { PanelGrid } from "./panel-grid";
import { percent } from "./percent";
import { staticSvg } from "./static-svg";
import { baseLayout, SOURCES } from "./theme";

type Row = CompareResult["rows"][number];
type Group = CompareResult["methods"][number]["group"];

const SIZES = { panel: 220, left: 64, between: 64, legendLines: [4, 1] } as const;
const GROUPS: Readonly<Record<Group, { label: string; colour: string }>> = {
  baseline: { label: "baselines", colour: SOURCES.real.colour },
  images: { label: "images, calibrated", colour: SOURCES["distilled-mean"].colour },
  "data-free": { label: "without images, or other weights", colour: SOURCES.shuffled.colour },
  "fine-tuned": { label: "fine-tuned", colour: "#0072B2" },
};

/**
 * mAP against the time that a method takes, images and quantization together: a panel for each model and precision, a
 * point for each method, a dashed line at full precision. Methods that failed are named in the text alone.
 *
 * @example show(compareFigure(result), { name: "methods" })
 */
export function compareFigure({ rows, methods }: Pick<CompareResult, "rows" | "methods">, { theme = "light", columns = 2 }: FigureOptions = {}): Figure {
  const panels = [...new Set(rows.filter(({ method }) => method !== "none").map(({ model, precision }) => `${model}, ${precision}`))];
  const of = (panel: string): Row[] => rows.filter((row) => `${row.model}, ${row.precision}` === panel);
  const x = logAxis(rows.filter(({ method }) => method !== "none").map(secondsOf)), grid = new PanelGrid(panels.length, columns, SIZES, theme), seen = new Set<string>();
  const data = panels.flatMap((panel, i) => (Object.keys(GROUPS) as Group[]).flatMap((group) => {
    const own = of(panel).filter((row) => row.map && methods.find(({ id }) => id === row.method)?.group === group);
    if (!own.length) return [];
    const showlegend = !seen.has(group);
    seen.add(group);
    return [{
      type: "scatter", mode: "markers", name: GROUPS[group].label, legendgroup: group, showlegend, marker: { color: GROUPS[group].colour, size: 9 }, xaxis: `x${grid.axis(i)}`, yaxis: `y${grid.axis(i)}`,
      x: own.map(secondsOf), y: own.map(({ map }) => Number((100 * map!.mean).toFixed(3))), text: own.map((row) => describe(row, methods)), hovertemplate: "%{text}<extra></extra>",
    }];
  }));
  const full = (panel: string): number | undefined => rows.find(({ method, model }) => method === "none" && panel.startsWith(`${model},`))?.map?.mean;
  const layout = {
    ...baseLayout(theme), ...grid.frame(), annotations: panels.map((panel, i) => grid.heading(i, panel)),
    ...Object.assign({}, ...panels.map((panel, i) => {
      const { from, to, ticks } = niceAxis([...of(panel).flatMap(({ map }) => map?.mean ?? []), full(panel) ?? 0.5].map((map) => 100 * map));
      return grid.axes(i, { ...x, title: "time of one seed (seconds, one thread)" }, { range: [from, to], tickvals: ticks, title: "mAP 0.50:0.95 (percent)" });
    })) as object,
    shapes: panels.flatMap((panel, i) => {
      const map = full(panel), axis = grid.axis(i);
      return map === undefined ? [] : [{ type: "line", xref: `x${axis} domain`, yref: `y${axis}`, x0: 0, x1: 1, y0: 100 * map, y1: 100 * map, line: { color: SOURCES.none.colour, width: 1.5, dash: "dash" } }];
    }),
  };
  const text = rows.map((row) => `${row.model}, ${row.precision}: ${describe(row, methods)}`).join("\n");
  return { data, layout, svg: staticSvg(data, layout, { width: grid.width, label: "mAP against the time of each method" }), text };
}

// at least what can be measured
const secondsOf = ({ seconds }: Row): number => Math.max(0.1, Number((seconds.images + seconds.quantize).toFixed(2)));

function describe(row: Row, methods: CompareResult["methods"]): string {
  const label = methods.find(({ id }) => id === row.method)?.label ?? "full precision";
  return row.map ? `${label}: ${percent(row.map.mean, 2)} %, ${secondsOf(row)} s` : `${label}: failed, ${row.failed}`;
}
