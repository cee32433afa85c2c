import type { Figure4Result } from "../study/result-schema";
import type { Figure, FigureOptions } from "./figure";
import { plotlyText } from "./markup";
import { staticSvg } from "./static-svg";
import { baseLayout } from "./theme";

/** Iterations that have a picture, of those that there are. */
const SHOWN = [0, 5, 20, 50, 100, 200];
const SIZE = { wide: 900, narrow: 440, heading: 26, gap: 8, left: 92, aspect: 0.8 };

/**
 * Figure 4: distilled images of both models after some iterations, and a real image of each domain.
 *
 * - **pictures** – the images as data URIs by the rows' paths (see figure4Pictures)
 *
 * Throws if a picture is missing.
 *
 * @example show(figure4Gallery(result, await figure4Pictures(result, options)), { name: "figure4" })
 */
export function figure4Gallery({ rows, references }: Pick<Figure4Result, "rows" | "references">, pictures: ReadonlyMap<string, string>, { theme = "light", columns = 2 }: FigureOptions = {}): Figure {
  const shown = SHOWN.filter((i) => rows.some(({ iterations }) => iterations === i));
  const models = references.map(({ model }) => model);
  const cells = models.map((model) => [
    ...shown.map((i) => ({ label: i === 0 ? "noise" : `${i} iterations`, image: rows.find((row) => row.model === model && row.iterations === i)!.image })),
    { label: "real image", image: references.find((one) => one.model === model)!.image },
  ]);
  // models go down and iterations to the right; on narrow screens the other way round
  const across = columns === 2;
  const [nx, ny] = across ? [shown.length + 1, models.length] : [models.length, shown.length + 1];
  const width = across ? SIZE.wide : SIZE.narrow;
  const cell = (width - SIZE.left) / nx;
  const height = SIZE.heading + ny * cell * SIZE.aspect + 4;
  const images = cells.flatMap((line, m) => line.map(({ image }, k) => {
    const [column, row] = across ? [k, m] : [m, k];
    const source = pictures.get(image);
    if (!source) throw new Error(`figure4Gallery: missing picture: ${image}; expected it among ${pictures.size}`);
    return { source, xref: "x", yref: "y", x: column, y: row, sizex: 1 - SIZE.gap / cell, sizey: 1 - SIZE.gap / cell, sizing: "stretch", layer: "above" };
  }));
  const labels = cells[0].map(({ label }) => label);
  const [top, left] = across ? [labels, models] : [models, labels];
  const note = { showarrow: false, yanchor: "bottom", yref: "y", font: { size: 12 } };
  const axis = { visible: false, showgrid: false, zeroline: false, tickvals: [], fixedrange: true };
  const layout = {
    ...baseLayout(theme), height: Math.round(height), margin: { l: SIZE.left, r: 0, t: SIZE.heading, b: 4 },
    xaxis: { ...axis, range: [0, nx] }, yaxis: { ...axis, range: [ny, 0] }, images,
    annotations: [
      ...top.map((text, k) => ({ ...note, text: plotlyText(text), xref: "x", x: k, y: 0, xanchor: "left" })),
      // plotly hides what lies beside the range of an axis, but not beside its domain
      ...left.map((text, k) => ({ ...note, text: plotlyText(text), xref: "x domain", x: 0, xshift: -SIZE.gap, y: k + 0.5, xanchor: "right" })),
    ],
  };
  const text = cells.flatMap((line, m) => line.map(({ label, image }) => `${models[m]}, ${label}: ${image}`)).join("\n");
  // plotly draws pictures only beside data
  const data = [{ type: "scatter", mode: "markers", x: [null], y: [null], showlegend: false, hoverinfo: "skip", marker: { color: "rgba(0,0,0,0)" } }];
  return { data, layout, svg: staticSvg(data, layout, { width, label: `Distilled images of ${models.join(" and ")} after ${shown.join(", ")} iterations, and real images` }), text };
}
