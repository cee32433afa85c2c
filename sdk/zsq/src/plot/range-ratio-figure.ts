import type { Figure } from "./figure";
import { curvesFigure } from "./curves-figure";
import { SOURCES, type CalibrationSource, type ThemeName } from "./theme";

/** The range that a source of images gives one tensor, in parts of the one that real images give. */
export interface RangeRatioRow {
  source: CalibrationSource;
  layer: string;
  /** width over width: less than 1 clips, more than 1 wastes levels */
  ratio: number;
}

/** The widths of ranges against those of real images, layer by layer in the order of the network. Throws if there are no rows. */
export function rangeRatioFigure(rows: readonly RangeRatioRow[], { theme }: { theme?: ThemeName } = {}): Figure {
  const sources = [...new Set(rows.map(({ source }) => source))];
  const curves = sources.map((source) => ({ name: SOURCES[source].label, colour: SOURCES[source].colour, markers: true, width: 1, points: rows.filter((row) => row.source === source).map(({ ratio }, i): [number, number] => [i + 1, ratio]) }));
  return curvesFigure(curves, {
    title: "Width of each range, real images = 1", x: { title: "convolution, in the order of the network" }, y: { title: "width / width of real images (logarithmic)", log: true }, theme, guides: [{ name: "as real images", axis: "y", at: 1 }],
  });
}
