import type { CompareResult } from "zsq";

type Row = CompareResult["rows"][number];
type Card = CompareResult["methods"][number];

const row = (method: string, map: number | null, precision = "W4A8"): Row => ({
  model: "pretrained", dataset: "scenes", method, precision, map: map === null ? null : { mean: map, ci95: [map - 0.01, map + 0.01], seeds: 1 }, failed: map === null ? "1 of 1 seeds: no luck" : null,
  beyondNoise: method === "zaq" ? { mean: 0.02, ci95: [0.01, 0.03] } : null, sizeMiB: 1, seconds: { images: 2, quantize: 3 }, peakMiB: 700, images: 8, fineTuned: method === "zaq", note: null,
});
const card = (id: string, group: "baseline" | "fine-tuned"): Card => ({ id, label: `method ${id}`, group, source: "", deviations: [], published: [] });

/** A made-up comparison of methods, one of which failed: a fresh copy each time. */
export const compareExample = (): Pick<CompareResult, "rows" | "methods"> =>
  ({ rows: [row("none", 0.5, "W32A32"), row("noise", 0.4), row("zaq", 0.42), row("broken", null)], methods: [card("noise", "baseline"), card("zaq", "fine-tuned"), card("broken", "baseline")] });
