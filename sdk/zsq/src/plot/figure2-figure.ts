import type { Figure2Reference, Figure2Result, Figure2Row } from "../study/result-schema";
import type { Figure, FigureOptions } from "./figure";
import { iterationsAxis } from "./iterations-axis";
import { logAxis, niceAxis } from "./nice-axis";
import { PanelGrid } from "./panel-grid";
import { percent } from "./percent";
import { staticSvg } from "./static-svg";
import { translucent } from "./translucent";
import { baseLayout, SOURCES, type CalibrationSource } from "./theme";

const SIZES = { panel: 200, left: 64, between: 64, legendLines: [3, 1] } as const;
const SOURCE_OF = { mean: "distilled-mean", "mean+std": "distilled-mean-std" } as const satisfies Record<Figure2Row["loss"], CalibrationSource>;
const LOSSES = ["mean", "mean+std"] as const;

/** One panel: mAP at one precision, or the distances to the stored statistics. */
interface Panel {
  title: string;
  yTitle: string;
  y: Record<string, unknown>;
  traces: Record<string, unknown>[];
}

/**
 * Figure 2: a column per model; mAP against the iterations at W8A8 and W8A4 with the band between the lowest and the
 * highest seed, and lines for full precision, real images and noise; below, both terms of the loss.
 *
 * Returns a plotly spec with the same drawing as SVG and as text.
 *
 * @example show(figure2Figure(result), { name: "figure2" })
 */
export function figure2Figure({ rows, references }: Pick<Figure2Result, "rows" | "references">, { theme = "light", columns = 2 }: FigureOptions = {}): Figure {
  const models = [...new Set(rows.map(({ model }) => model))];
  const kinds = [...new Set(rows.map(({ precision, inputRange }) => `${precision},${inputRange}`))];
  const of = (model: string): Panel[] => {
    const own = rows.filter((row) => row.model === model);
    return [...kinds.map((kind) => mapPanel(model, kind, own, references.filter((line) => line.model === model))), lossPanel(model, own)];
  };
  const stacks = models.map(of);
  // row by row where there are two columns, else model by model
  const panels = columns === 2 ? stacks[0].flatMap((_, k) => stacks.map((stack) => stack[k])) : stacks.flat();
  const grid = new PanelGrid(panels.length, columns, SIZES, theme);
  const x = iterationsAxis(rows.map(({ iterations }) => iterations));
  const layout = {
    ...baseLayout(theme), ...grid.frame(),
    ...Object.assign({}, ...panels.map(({ y, yTitle }, i) => grid.axes(i, x, { ...y, title: yTitle }))) as object,
    annotations: panels.map(({ title }, i) => grid.heading(i, title)),
  };
  const seen = new Set<unknown>();
  const data = panels.flatMap(({ traces }, i) => traces.map((trace) => {
    const showlegend = trace.showlegend !== false && !seen.has(trace.name);
    if (showlegend) seen.add(trace.name);
    return { ...trace, showlegend, xaxis: `x${grid.axis(i)}`, yaxis: `y${grid.axis(i)}` };
  }));
  const label = `mAP and loss against the iterations of distillation: ${models.join(" and ")}`;
  return { data, layout, svg: staticSvg(data, layout, { width: grid.width, label }), text: asText(rows, references) };
}

function mapPanel(model: string, kind: string, rows: readonly Figure2Row[], references: readonly Figure2Reference[]): Panel {
  const [precision, inputRange] = kind.split(",");
  const isOf = (row: { precision: string; inputRange: string }): boolean => row.precision === precision && row.inputRange === inputRange;
  const lines = references.filter((line) => line.calibration === "none" || isOf(line));
  const own = rows.filter(isOf);
  const { from, to, ticks } = niceAxis([...own, ...lines].map(({ map }) => 100 * map));
  const ends = [0, Math.max(...rows.map(({ iterations }) => iterations))];
  const curves = LOSSES.flatMap((loss) => curve(own.filter((row) => row.loss === loss), ({ map }) => 100 * map, SOURCE_OF[loss], "solid", ({ map }) => `${percent(map, 2)} %`));
  return {
    title: `${model}, ${precision}${inputRange === "image" ? ", image range known" : ""}`, yTitle: "mAP 0.50:0.95 (percent)", y: { range: [from, to], tickvals: ticks },
    traces: [...lines.map((line) => level(line, ends)), ...curves],
  };
}

function lossPanel(model: string, rows: readonly Figure2Row[]): Panel {
  // quantization plays no part: each distillation once
  const { precision, inputRange } = rows[0];
  const own = rows.filter((row) => row.precision === precision && row.inputRange === inputRange);
  const term = (key: "lossMean" | "lossStd", dash: string): Record<string, unknown>[] =>
    LOSSES.flatMap((loss) => curve(own.filter((row) => row.loss === loss), (row) => row[key], SOURCE_OF[loss], dash, (row) => `${key === "lossMean" ? "means" : "deviations"} ${row[key].toPrecision(3)}`));
  return {
    title: `${model}: solid, means; dotted, deviations`, yTitle: "squared distance from stored", y: logAxis(own.flatMap(({ lossMean, lossStd }) => [lossMean, lossStd]).filter((value) => value > 0)),
    traces: [...term("lossMean", "solid"), ...term("lossStd", "dot")],
  };
}

// mean over the seeds as a line, and the band between the lowest and the highest
function curve(rows: readonly Figure2Row[], value: (row: Figure2Row) => number, source: CalibrationSource, dash: string, describe: (row: Figure2Row) => string): Record<string, unknown>[] {
  const steps = [...new Set(rows.map(({ iterations }) => iterations))].sort((a, b) => a - b);
  const at = steps.map((iterations) => rows.filter((row) => row.iterations === iterations));
  const means = at.map((group) => group.reduce((sum, row) => sum + value(row), 0) / group.length);
  const x = steps.map((iterations) => iterations + 1);
  const { colour, label } = SOURCES[source];
  const line = {
    type: "scatter", mode: "lines+markers", name: label, legendgroup: source, x, y: means.map(tidy), line: { color: colour, width: 2, dash }, marker: { color: colour, size: 5 },
    text: at.map((group, k) => `${label}, ${steps[k]} iterations<br>${group.map(describe).join(", ")}`), hovertemplate: "%{text}<extra></extra>",
  };
  const values = at.map((group) => group.map(value));
  const edge = [...values.map((group) => Math.max(...group)), ...values.map((group) => Math.min(...group)).reverse()].map(tidy);
  const band = { type: "scatter", mode: "none", x: [...x, ...[...x].reverse()], y: edge, fill: "toself", fillcolor: translucent(colour, 0.18), line: { width: 0 }, legendgroup: source, showlegend: false, hoverinfo: "skip" };
  return at[0].length > 1 ? [band, line] : [line];
}

const DASHES: Partial<Record<CalibrationSource, string>> = { none: "dash", noise: "dot" };

function level({ calibration, map }: Figure2Reference, ends: readonly number[]): Record<string, unknown> {
  const { label, colour } = SOURCES[calibration];
  return {
    type: "scatter", mode: "lines", name: label, legendgroup: calibration, x: ends.map((i) => i + 1), y: ends.map(() => tidy(100 * map)),
    line: { color: colour, width: 1.5, dash: DASHES[calibration] ?? "dashdot" }, text: ends.map(() => `${label}: ${percent(map, 2)} %`), hovertemplate: "%{text}<extra></extra>",
  };
}

function asText(rows: readonly Figure2Row[], references: readonly Figure2Reference[]): string {
  const lines = references.map(({ model, precision, calibration, map }) => `${model}, ${calibration === "none" ? "" : `${precision}, `}${SOURCES[calibration].label}: ${percent(map, 2)} %`);
  const points = rows.map(({ model, precision, loss, iterations, seed, map, lossMean, lossStd }) =>
    `${model}, ${precision}, ${loss}, ${iterations} iterations, seed ${seed}: ${percent(map, 2)} %, means ${lossMean.toPrecision(3)}, deviations ${lossStd.toPrecision(3)}`);
  return [...lines, ...points].join("\n");
}

const tidy = (value: number): number => Number(value.toPrecision(6));
