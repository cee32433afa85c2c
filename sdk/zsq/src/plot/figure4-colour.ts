import type { Figure4Result } from "../study/result-schema";
import type { Figure, FigureOptions } from "./figure";
import { iterationsAxis } from "./iterations-axis";
import { niceAxis } from "./nice-axis";
import { PanelGrid } from "./panel-grid";
import { staticSvg } from "./static-svg";
import { baseLayout, MODELS } from "./theme";

const SIZES = { panel: 220, left: 64, between: 64, legendLines: [2, 1] } as const;
const KINDS = { chroma: "pixel by pixel", chromaPooled: "mean colours of 8 x 8 pixels" } as const;
const Y_TITLE = "chroma (0 gray to 255)";

/**
 * The colour in distilled images against the iterations, per pixel and of squares of 8 x 8 pixels, for both models; real
 * images of their domains as dashed lines.
 *
 * @example show(figure4Colour(result), { name: "figure4-colour" })
 */
export function figure4Colour({ rows, references }: Pick<Figure4Result, "rows" | "references">, { theme = "light", columns = 2 }: FigureOptions = {}): Figure {
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const grid = new PanelGrid(kinds.length, columns, SIZES, theme);
  const x = iterationsAxis(rows.map(({ iterations }) => iterations));
  const ends = [1, 1 + Math.max(...rows.map(({ iterations }) => iterations))];
  const data = kinds.flatMap((kind, i) => {
    const place = { type: "scatter", xaxis: `x${grid.axis(i)}`, yaxis: `y${grid.axis(i)}`, showlegend: i === 0 };
    return references.flatMap(({ model, [kind]: real }) => {
      const { label, colour } = MODELS[model];
      const own = rows.filter((row) => row.model === model);
      const curve = { ...place, mode: "lines+markers", name: `distilled, ${label}`, legendgroup: model, x: own.map(({ iterations }) => 1 + iterations), y: own.map((row) => row[kind]), line: { color: colour, width: 2 }, marker: { color: colour, size: 6 }, text: own.map((row) => `${label}, ${row.iterations} iterations: ${row[kind].toFixed(1)}`), hovertemplate: "%{text}<extra></extra>" };
      const level = { ...place, mode: "lines", name: `real, ${label}'s domain`, legendgroup: model, x: ends, y: [real, real], line: { color: colour, width: 1.5, dash: "dash" }, text: ends.map(() => `real images, ${label}'s domain: ${real.toFixed(1)}`), hovertemplate: "%{text}<extra></extra>" };
      return [curve, level];
    });
  });
  const axes = kinds.map((kind, i) => {
    const { from, to, ticks } = niceAxis([0, ...[...rows, ...references].map((row) => row[kind])]);
    return grid.axes(i, x, { range: [from, to], tickvals: ticks, title: Y_TITLE });
  });
  const layout = { ...baseLayout(theme), ...grid.frame(), ...Object.assign({}, ...axes) as object, annotations: kinds.map((kind, i) => grid.heading(i, KINDS[kind])) };
  const text = [...rows.map(({ model, iterations, chroma, chromaPooled }) => `${model}, ${iterations} iterations: chroma ${chroma.toFixed(2)}, of 8 x 8 pixels ${chromaPooled.toFixed(2)}`), ...references.map(({ dataset, chroma, chromaPooled }) => `real, ${dataset}: chroma ${chroma.toFixed(2)}, of 8 x 8 pixels ${chromaPooled.toFixed(2)}`)].join("\n");
  return { data, layout, svg: staticSvg(data, layout, { width: grid.width, label: "Colour in distilled images against the iterations of distillation" }), text };
}
