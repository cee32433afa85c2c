import type { WhatIfResult, WhatIfRow } from "../study/result-schema";
import type { Figure, FigureOptions } from "./figure";
import { heatTrace } from "./heat-map";
import { PanelGrid } from "./panel-grid";
import { interval, percent, points } from "./percent";
import { staticSvg } from "./static-svg";
import { baseLayout, SOURCES, type CalibrationSource } from "./theme";

const SIZES = { panel: 216, left: 116, between: 24, legendLines: [0, 0] } as const;

const SOURCE_OF = { distilled: "distilled-mean", real: "real", shuffled: "shuffled", noise: "noise" } as const satisfies Record<WhatIfRow["source"], CalibrationSource>;

/** The label of a way to find ranges, such as "percentile 99.9". */
export const rangeLabel = ({ calibrator, percentile }: Pick<WhatIfRow, "calibrator" | "percentile">): string =>
  calibrator === "percentile" ? `percentile ${percentile}` : { "min-max": "min and max", entropy: "entropy", mse: "least error", l2: "L2 search" }[calibrator];

/** The label of a source of calibration images. */
export const sourceLabel = ({ source, loss }: Pick<WhatIfRow, "source" | "loss">): string => SOURCES[source === "distilled" && loss === "mean+std" ? "distilled-mean-std" : SOURCE_OF[source]].label;

/**
 * A heat map of mAP in percent, a panel per source of the calibration images: bits of activations to the right, ways to
 * find the ranges downwards. Rows with other bits of weights or granularities than the first row's are left out.
 *
 * Returns a plotly spec with the same drawing as SVG and as text.
 *
 * @example show(whatIfFigure(result), { name: "what-if" })
 */
export function whatIfFigure({ rows }: Pick<WhatIfResult, "rows">, { theme = "light", columns = 2 }: FigureOptions = {}): Figure {
  const own = rows.filter(({ weightBits, granularity }) => weightBits === rows[0].weightBits && granularity === rows[0].granularity);
  const sources = [...new Map(own.map((row) => [sourceLabel(row), own.filter((one) => sourceLabel(one) === sourceLabel(row))])).entries()];
  const bits = [...new Set(own.map(({ activationBits }) => activationBits))].sort((a, b) => a - b);
  const ranges = [...new Set(own.map(rangeLabel))];
  const grid = new PanelGrid(sources.length, columns, SIZES, theme);
  const maps = own.map(({ map }) => map.mean);
  const [from, to] = [Math.min(...maps), Math.max(...maps)];
  const x = { range: [-0.5, bits.length - 0.5], tickvals: bits.map((_, i) => i), ticktext: bits.map(String), title: "bits of activations", showgrid: false, fixedrange: true, ticks: "" };
  const panels = sources.map(([title, cells], i) => {
    const at = (range: string, b: number): WhatIfRow | undefined => cells.find((row) => rangeLabel(row) === range && row.activationBits === b);
    const each = <T>(value: (row: WhatIfRow | undefined) => T): T[][] => ranges.map((range) => bits.map((b) => value(at(range, b))));
    const y = { range: [ranges.length - 0.5, -0.5], tickvals: ranges.map((_, k) => k), ticktext: ranges, showgrid: false, fixedrange: true, ticks: "", showticklabels: columns === 1 || i % 2 === 0 };
    const trace = heatTrace({ z: each((row) => (row ? row.map.mean : null)), text: each((row) => (row ? percent(row.map.mean) : "")), hover: each((row) => (row ? describe(row) : "")), from, to });
    return { title: `${title}: mAP 0.50:0.95 in percent`, axes: grid.axes(i, x, y), trace: { ...trace, xaxis: `x${grid.axis(i)}`, yaxis: `y${grid.axis(i)}` } };
  });
  const layout = { ...baseLayout(theme), ...grid.frame(), ...Object.assign({}, ...panels.map(({ axes }) => axes)) as object, annotations: panels.map(({ title }, i) => grid.heading(i, title)) };
  const data = panels.map(({ trace }) => trace);
  return { data, layout, svg: staticSvg(data, layout, { width: grid.width, label: "mAP by bits of activations and way to find ranges" }), text: own.map((row) => `${sourceLabel(row)}, ${describe(row)}`).join("\n") };
}

const describe = (row: WhatIfRow): string =>
  `W${row.weightBits}A${row.activationBits}, ${rangeLabel(row)}: ${percent(row.map.mean)} % [${interval(row.map.ci95)}], ${points(row.difference.mean)} points from full precision`;
