import type { WhatIfHistogram, WhatIfResult } from "../study/result-schema";
import { curvesFigure } from "./curves-figure";
import type { Figure, FigureOptions } from "./figure";
import { rangeGuides } from "./insight-figures";
import { SOURCES } from "./theme";
import { rangeLabel } from "./what-if-figure";

/** Which histogram of a sweep, and which of its ranges. */
export interface HistogramChoice extends Pick<WhatIfHistogram["clips"][number], "calibrator" | "activationBits"> {
  source: WhatIfHistogram["source"];
  layer: string;
  /** of calibrator "percentile" */
  percentile?: number;
}

/**
 * What enters a layer, shares of bins on a logarithmic axis, and as dashed lines the ends of the range that a calibrator takes from it.
 *
 * Throws if the sweep has no such histogram or range.
 *
 * @example show(whatIfHistogram(result, { source: "distilled", layer: "backbone.body.conv1", calibrator: "min-max", activationBits: 4 }), { name: "clipping" })
 */
export function whatIfHistogram({ histograms }: Pick<WhatIfResult, "histograms">, { source, layer, calibrator, percentile, activationBits }: HistogramChoice, { theme }: FigureOptions = {}): Figure {
  const own = histograms.find((one) => one.source === source && one.layer === layer);
  if (!own) throw new Error(`whatIfHistogram: unknown layer: ${layer} with ${source} images; expected one of ${[...new Set(histograms.map((one) => one.layer))].join(", ")}`);
  const clip = own.clips.find((one) => one.calibrator === calibrator && one.activationBits === activationBits && one.percentile === (calibrator === "percentile" ? percentile : null));
  if (!clip) throw new Error(`whatIfHistogram: unknown range: ${calibrator} ${percentile ?? ""} at ${activationBits} bits; expected one of the sweep`);
  const total = own.counts.reduce((a, b) => a + b, 0);
  const points = own.counts.map((count, i): [number, number] => [own.from + (i + 0.5) * own.width, count / total]);
  const { label, colour } = SOURCES[source === "distilled" ? "distilled-mean" : source];
  return curvesFigure([{ name: label, colour, width: 1.5, points }], {
    title: `${layer}, ${activationBits} bits, ${rangeLabel(clip)}: ${clip.sqnr.toFixed(1)} dB, ${(100 * clip.clipped).toFixed(3)} % clipped`,
    x: { title: "value entering the convolution (units of its input)" }, y: { title: "share of the values in a bin", log: true }, guides: rangeGuides(clip), theme,
  });
}
