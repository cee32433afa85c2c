import type { LayerReportRow } from "../quantize/insight/layer-report";
import type { LayerSensitivity } from "../quantize/insight/sensitivity";
import type { Figure } from "./figure";
import { linesFigure } from "./simple-figure";
import { NEUTRAL, SOURCES, type CalibrationSource, type ThemeName } from "./theme";

const PALETTE = ["real", "distilled-mean", "noise", "shuffled", "distilled-mean-std"] as const satisfies readonly CalibrationSource[];
const colourOf = (source: string, k: number): string => (Object.hasOwn(SOURCES, source) ? SOURCES[source as CalibrationSource] : SOURCES[PALETTE[k % PALETTE.length]]).colour;

/**
 * The distributions of what enters one convolution, a line per source, log10 of the share of each bin, and the ends of
 * the quantized range as dashed lines.
 *
 * - **rows** – of layerReport; those of other layers are left out
 *
 * Throws if there are none of the layer.
 */
export function layerHistogramFigure(rows: readonly LayerReportRow[], layer: string, { theme }: { theme?: ThemeName } = {}): Figure {
  const own = rows.filter((row) => row.layer === layer);
  if (!own.length) throw new Error(`layerHistogramFigure: unknown layer: ${layer}; expected one of the rows`);
  const series = own.map(({ source, histogram: { from, width, counts } }, k) => {
    const total = counts.reduce((a, b) => a + b, 0);
    return { name: source, colour: colourOf(source, k), points: [...counts].map((count, i): [number, number] => [from + (i + 0.5) * width, Math.log10(count / total)]) };
  });
  const { min, max } = own[0].clip;
  return linesFigure(series, [{ name: "lowest level", colour: NEUTRAL, x: min }, { name: "highest level", colour: NEUTRAL, x: max }], { title: layer, x: "value entering the convolution (units of its input)", y: "log10 of the share of a bin", theme });
}

/**
 * What quantizing each layer alone does, in the order of the network.
 *
 * - **by** – log10 of the error of the outputs (default), noise at its input, or the loss of the figure of merit in
 *   hundredths (mAP: percent)
 *
 * Throws if there are no rows with that figure.
 */
export function sensitivityFigure(rows: readonly LayerSensitivity[], { theme, by = "outputError" }: { theme?: ThemeName; by?: "outputError" | "sqnr" | "loss" } = {}): Figure {
  const value = (row: LayerSensitivity): number => (by === "outputError" ? Math.log10(row.outputError) : by === "loss" ? 100 * (row.loss ?? NaN) : (row.sqnr ?? NaN));
  const y = { outputError: "log10 of the relative output error", loss: "loss, in hundredths", sqnr: "SQNR, dB" }[by];
  const points = rows.map((row, i): [number, number] => [i + 1, value(row)]);
  return linesFigure([{ name: "one layer quantized", colour: SOURCES.real.colour, points }], [], { title: "Sensitivity of layers", x: "convolution, in the order of the network", y, theme });
}
