import type { LayerReportRow } from "../quantize/insight/layer-report";
import type { LayerSensitivity } from "../quantize/insight/sensitivity";
import type { Range } from "../quantize/range";
import { curvesFigure, type Guide } from "./curves-figure";
import type { Figure } from "./figure";
import { SOURCES, type CalibrationSource, type ThemeName } from "./theme";

const PALETTE = ["real", "distilled-mean", "noise", "shuffled", "distilled-mean-std"] as const satisfies readonly CalibrationSource[];
const colourOf = (source: string, k: number): string => (Object.hasOwn(SOURCES, source) ? SOURCES[source as CalibrationSource] : SOURCES[PALETTE[k % PALETTE.length]]).colour;

/**
 * The distributions of what enters one convolution, a line per source, shares of bins on a logarithmic axis, and the ends
 * of the quantized range as dashed lines.
 *
 * - **rows** – of layerReport; those of other layers are left out
 *
 * Throws if there are none of the layer.
 */
export function layerHistogramFigure(rows: readonly LayerReportRow[], layer: string, { theme }: { theme?: ThemeName } = {}): Figure {
  const own = rows.filter((row) => row.layer === layer);
  if (!own.length) throw new Error(`layerHistogramFigure: unknown layer: ${layer}; expected one of the rows`);
  const curves = own.map(({ source, histogram: { from, width, counts } }, k) => {
    const total = counts.reduce((a, b) => a + b, 0);
    return { name: source, colour: colourOf(source, k), width: 1.5, points: [...counts].map((count, i): [number, number] => [from + (i + 0.5) * width, count / total]) };
  });
  return curvesFigure(curves, { title: layer, x: { title: "value entering the convolution (units of its input)" }, y: { title: "share of the values in a bin", log: true }, guides: rangeGuides(own[0].clip), theme });
}

/** The ends of a range as dashed lines. */
export const rangeGuides = ({ min, max }: Range): Guide[] => [{ name: "lowest level", axis: "x", at: min }, { name: "highest level", axis: "x", at: max }];

/**
 * What quantizing each layer alone does, in the order of the network.
 *
 * - **by** – the error of the outputs (default), noise at its input, or the loss of the figure of merit in hundredths
 *   (mAP: percent)
 *
 * Throws if there are no rows with that figure.
 */
export function sensitivityFigure(rows: readonly LayerSensitivity[], { theme, by = "outputError" }: { theme?: ThemeName; by?: "outputError" | "sqnr" | "loss" } = {}): Figure {
  const value = ({ outputError, loss, sqnr }: LayerSensitivity): number => (by === "outputError" ? outputError : by === "loss" ? 100 * (loss ?? NaN) : (sqnr ?? NaN));
  const y = { outputError: { title: "relative error of the outputs", log: true }, loss: { title: "loss (hundredths)" }, sqnr: { title: "SQNR (dB)" } }[by];
  const points = rows.map((row, i): [number, number] => [i + 1, value(row)]);
  return curvesFigure([{ name: "one layer quantized", colour: SOURCES.real.colour, width: 1.5, points }], { title: "Sensitivity of layers", x: { title: "convolution, in the order of the network" }, y, theme });
}
