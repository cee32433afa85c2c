import type { Figure } from "./figure";
import { curvesFigure, type Guide } from "./curves-figure";
import { MODELS, SOURCES, type ThemeName } from "./theme";

/** A figure of merit at one bit width. */
export interface BitsRow {
  /** what has so many bits, or how it is quantized: a curve each */
  method: string;
  bits: number;
  value: number;
}

export interface BitsFigureOptions {
  title: string;
  /** of the value, with its unit */
  y: string;
  /** value without quantization, drawn across */
  float?: number;
  theme?: ThemeName;
}

const COLOURS = [MODELS.pretrained.colour, SOURCES["distilled-mean"].colour, SOURCES.real.colour, MODELS["fine-tuned"].colour, SOURCES["distilled-mean-std"].colour, SOURCES.noise.colour];

/** A figure of merit against the number of bits, a curve with a mark at each width for every method. Throws if there are no rows. */
export function bitsFigure(rows: readonly BitsRow[], { title, y, float, theme }: BitsFigureOptions): Figure {
  const methods = [...new Set(rows.map(({ method }) => method))], widths = [...new Set(rows.map(({ bits }) => bits))].sort((a, b) => a - b);
  const curves = methods.map((method, i) => ({
    name: method, colour: COLOURS[i % COLOURS.length], markers: true, points: rows.filter((row) => row.method === method).sort((a, b) => a.bits - b.bits).map(({ bits, value }): [number, number] => [bits, value]),
  }));
  const guides: Guide[] = float === undefined ? [] : [{ name: "full precision", axis: "y", at: float }];
  return curvesFigure(curves, { title, x: { title: "bits", ticks: widths }, y: { title: y }, guides, theme });
}
