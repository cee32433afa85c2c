import type { Figure } from "./figure";
import { curvesFigure } from "./curves-figure";
import { MODELS, SOURCES, type ThemeName } from "./theme";

/** A real number and what is left of it. */
export interface StaircaseRow {
  real: number;
  restored: number;
}

/**
 * What quantization makes of a range of reals: the stairs of levels, the straight line that loses nothing, and the error.
 *
 * - **rows** – by rising real
 */
export function staircaseFigure(rows: readonly StaircaseRow[], { theme }: { theme?: ThemeName } = {}): Figure {
  const line = (of: (row: StaircaseRow) => number): [number, number][] => rows.map((row) => [row.real, of(row)]);
  return curvesFigure([
    { name: "nothing lost", colour: SOURCES.none.colour, dash: "dash", width: 1.5, points: line(({ real }) => real) },
    { name: "quantized and back", colour: MODELS.pretrained.colour, points: line(({ restored }) => restored) },
    { name: "error", colour: SOURCES["distilled-mean"].colour, width: 1.5, points: line(({ real, restored }) => restored - real) },
  ], { title: "The stairs of quantization", x: { title: "real number" }, y: { title: "restored number, error" }, theme });
}
