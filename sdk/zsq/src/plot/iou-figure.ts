import type { Figure } from "./figure";
import { curvesFigure } from "./curves-figure";
import { MODELS, SOURCES, type ThemeName } from "./theme";

/** Average precision of a category at one IoU threshold. */
export interface IouRow {
  category: string;
  iou: number;
  /** in [0, 1] */
  ap: number;
}

const COLOURS = [MODELS.pretrained.colour, SOURCES["distilled-mean"].colour, SOURCES.real.colour, MODELS["fine-tuned"].colour, SOURCES.noise.colour];

/** Average precision against the IoU from which a detection counts, a curve for each category. Throws if there are no rows. */
export function iouFigure(rows: readonly IouRow[], { title, theme }: { title: string; theme?: ThemeName }): Figure {
  const categories = [...new Set(rows.map(({ category }) => category))], ticks = [...new Set(rows.map(({ iou }) => iou))].sort((a, b) => a - b);
  const curves = categories.map((category, i) => ({
    name: category, colour: COLOURS[i % COLOURS.length], markers: true, points: rows.filter((row) => row.category === category).map(({ iou, ap }): [number, number] => [iou, 100 * ap]),
  }));
  return curvesFigure(curves, { title, x: { title: "IoU from which a detection counts", ticks }, y: { title: "average precision (percent)", range: [0, 100] }, theme });
}
