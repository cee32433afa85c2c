import type { Figure } from "./figure";
import { staticSvg } from "./static-svg";
import { baseLayout, SOURCES, type ThemeName } from "./theme";

/** A box in an image and what it is said to hold. */
export interface LabelledBox {
  kind: "truth" | "hit" | "false alarm";
  /** such as "car 0.93" */
  label: string;
  /** x1, y1, x2, y2 in pixels */
  box: readonly number[];
}

const KINDS = {
  truth: { name: "ground truth", colour: "#F0E442", dash: "dash", width: 1.5 },
  hit: { name: "detection, right", colour: SOURCES.real.colour, width: 2 },
  "false alarm": { name: "detection, wrong", colour: SOURCES["distilled-mean"].colour, width: 2 },
} as const;
const WIDTH = 640, LEGEND = 30;

/**
 * An image with boxes: ground truth dashed, detections in the colour of their verdict, each with its label at the top left.
 *
 * - **picture** – data URI
 * - **imageShape** – [height, width] in pixels
 */
export function boxesFigure(picture: string, [height, width]: readonly [number, number], boxes: readonly LabelledBox[], { title, theme = "light" }: { title: string; theme?: ThemeName }): Figure {
  const data = (["truth", "hit", "false alarm"] as const).flatMap((kind) => {
    const own = boxes.filter((box) => box.kind === kind), { name, ...line } = KINDS[kind];
    return own.map(({ label, box: [x1, y1, x2, y2] }, i) => ({
      type: "scatter", mode: "lines", name, legendgroup: kind, showlegend: i === 0, x: [x1, x2, x2, x1, x1], y: [y1, y1, y2, y2, y1],
      line: { color: line.colour, width: line.width, ...("dash" in line && { dash: line.dash }) }, text: Array<string>(5).fill(label), hovertemplate: "%{text}<extra></extra>",
    }));
  });
  const axis = { visible: false, showgrid: false, zeroline: false, tickvals: [], fixedrange: true };
  const layout = {
    ...baseLayout(theme), height: Math.round((WIDTH * height) / width) + LEGEND, margin: { l: 0, r: 0, t: LEGEND, b: 0 },
    xaxis: { ...axis, range: [0, width] }, yaxis: { ...axis, range: [height, 0] },
    images: [{ source: picture, xref: "x", yref: "y", x: 0, y: 0, sizex: width, sizey: height, sizing: "stretch", layer: "below" }],
    legend: { orientation: "h", x: 0, xanchor: "left", y: 1, yanchor: "bottom", font: { size: 12 } },
  };
  const text = [title, ...boxes.map(({ kind, label, box }) => `  ${KINDS[kind].name}: ${label} at ${box.map((side) => side.toFixed(0)).join(" ")}`)].join("\n");
  return { data, layout, svg: staticSvg(data, layout, { width: WIDTH, label: title }), text };
}
