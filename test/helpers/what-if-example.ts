import type { WhatIfResult, WhatIfRow } from "zsq/dist/study/result-schema";
import { table1Example } from "./table1-example";

const RANGES = [["percentile", 99.9], ["percentile", 99.99], ["min-max", null], ["entropy", null]] as const;
const LAYERS = ["backbone.body.conv1", "head.classification_head.conv.0.0"];

/** A made-up result of the what-if sweep: a fresh copy each time. mAP falls with fewer bits and wider ranges. */
export function whatIfExample(): WhatIfResult {
  const { rows: _, paper, verdicts, ...head } = table1Example();
  const usual = { model: "fine-tuned", weightBits: 8, granularity: "per-channel", inputRange: "calibrated", images: 16, exclude: [] as string[] } as const;
  const sources = [["distilled", 100, "mean"], ["real", null, null]] as const;
  const row = (source: (typeof sources)[number], activationBits: number, k: number, more: Partial<WhatIfRow> = {}): WhatIfRow => {
    const loss = -Math.round(1000 * (2 ** -activationBits * (1 + k) * (source[0] === "real" ? 0.8 : 1))) / 1000;
    return {
      ...usual, exclude: [], source: source[0], iterations: source[1], loss: source[2], activationBits, calibrator: RANGES[k][0], percentile: RANGES[k][1],
      map: { mean: 0.6 + loss, ci95: [0.55 + loss, 0.65 + loss] }, difference: { mean: loss, ci95: [loss - 0.02, Math.min(loss + 0.02, 0.01)] }, sizeMiB: 1.5,
      layers: LAYERS.map((layer, i) => ({ layer, sqnr: 6 * activationBits - k + i, clipped: 0.001 })), ...more,
    };
  };
  return {
    ...head, id: "what-if", paper: paper.slice(0, 0), verdicts: verdicts.slice(0, 0), validationImages: 60, fullPrecision: { mean: 0.6, ci95: [0.55, 0.65], sizeMiB: 6 },
    rows: [...sources.flatMap((source) => [8, 4, 3].flatMap((bits) => RANGES.map((_, k) => row(source, bits, k)))), row(sources[0], 8, 1, { weightBits: 4, sizeMiB: 0.75 })],
    histograms: sources.flatMap(([source]) => LAYERS.map((layer) => ({
      source, layer, from: -3, width: 0.05, counts: Array.from({ length: 120 }, (__, i) => Math.round(1e5 * Math.exp(-(((i - 60) / 20) ** 2)))),
      clips: [8, 4, 3].flatMap((activationBits) => RANGES.map(([calibrator, percentile], k) => ({ calibrator, percentile, activationBits, min: -2 - k / 4, max: 2 + k / 4, sqnr: 6 * activationBits, clipped: 0.01 / (1 + k) }))),
    }))),
  };
}
