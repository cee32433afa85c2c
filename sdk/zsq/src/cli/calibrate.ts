import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { z } from "zod";
import { chooseQParams, dequantize, quantize } from "../quantize/affine";
import { AbsHistogram } from "../quantize/calibrators/abs-histogram";
import { upperPercentile } from "../quantize/percentile";
import { parseJson } from "../weights/parse-json";
import { fixtureBatches } from "./fixture-data";

const schema = z.object({
  percentiles: z.array(z.number().gt(50).max(100)),
  cases: z.array(z.object({ id: z.string(), family: z.string(), seed: z.number(), sizes: z.array(z.int().positive()), scales: z.array(z.number()) })),
});

export const calibrateCommand: CommandModule<object, { fixture: string; json: boolean }> = {
  command: "calibrate",
  describe: "our figures for the cases of a calibration fixture",
  builder: (yargs) => yargs
    .option("fixture", { type: "string", demandOption: true, requiresArg: true, describe: "JSON file of cases that say how their data are drawn" })
    .option("json", { type: "boolean", default: false, describe: "print all figures as JSON" }),
  handler: ({ fixture, json }) => {
    const { percentiles, cases } = parseJson(schema, readText(fixture), "calibrate", fixture);
    const figures = cases.map(({ id, ...data }) => ({ id, ...caseFigures(fixtureBatches(data), percentiles) }));
    const lines = figures.map(({ id, exact: { min, max }, abs_hist_2048: histogram }) => `${id}: ${min} to ${max}${"entropy" in histogram ? `, entropy ${histogram.entropy.amax}` : ""}`);
    process.stdout.write(`${json ? JSON.stringify({ cases: figures }, null, 2) : lines.join("\n")}\n`);
  },
};

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Error(`calibrate: missing file: ${path}; expected a readable calibration fixture`);
  }
}

// with the fixture's own keys
function caseFigures(batches: readonly Float32Array[], percentiles: readonly number[]) {
  const all = Float32Array.from(batches.flatMap((batch) => [...batch]));
  const [min, max] = all.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
  return { exact: exactFigures(all, min, max, percentiles), abs_hist_2048: histogramFigures(batches, percentiles), affine_int8: affineFigures(all, min, max) };
}

function exactFigures(all: Float32Array, min: number, max: number, percentiles: readonly number[]) {
  const falling = Float64Array.from(all).sort().reverse(), rising = falling.map((_, i) => -falling[falling.length - 1 - i]);
  const absolute = Float64Array.from(all, Math.abs).sort().reverse();
  const by = <T>(f: (p: number) => T): Record<string, T> => Object.fromEntries(percentiles.map((p) => [key(p), f(p)]));
  return {
    min, max, amax: Math.max(Math.abs(min), Math.abs(max)),
    abs_percentile_linear: by((p) => upperPercentile(absolute, all.length, p)),
    two_sided_percentile_linear: by((p) => {
      const upper = 100 - (100 - p) / 2;
      return [-upperPercentile(rising, all.length, upper), upperPercentile(falling, all.length, upper)];
    }),
  };
}

function histogramFigures(batches: readonly Float32Array[], percentiles: readonly number[]) {
  const histogram = new AbsHistogram();
  for (const batch of batches) histogram.add(batch);
  const { counts, width } = histogram;
  const facts = {
    bins: counts.length, width, hist_nonzero: counts.filter((count) => count > 0).length, hist_first8: [...counts.subarray(0, 8)],
    hist_weighted: counts.reduce((sum, count, i) => sum + count * ((i % 1009) + 1), 0),
  };
  if (width === 0) return facts;
  const { index: edge_index, amax, error: kl } = histogram.entropy();
  const { index: center_index, amax: centre, error: mse } = histogram.meanSquaredError();
  const percentile_amax = Object.fromEntries(percentiles.map((p) => [key(p), histogram.percentile(p)]));
  return { ...facts, percentile_amax, entropy: { edge_index, amax, kl }, mse: { center_index, amax: centre, mse } };
}

function affineFigures(all: Float32Array, min: number, max: number) {
  const of = (low: number, high: number) => {
    if (low === high) return null; // no scale in the fixture's formula
    const params = chooseQParams(low, high, 8, { includeZero: false });
    const { scale, zeroPoint } = params;
    const probe = [...all.subarray(0, 12), 0, low, high, low - 10 * scale, high + 10 * scale, 0.5 * scale, 1.5 * scale, -0.5 * scale];
    const q = quantize(probe, params);
    return { min: low, max: high, scale, zero_point: zeroPoint, probe, q: [...q], dequant: [...dequantize(q, params)] };
  };
  return { minmax: of(min, max), minmax_with_zero: of(Math.min(0, min), Math.max(0, max)) };
}

// as Python prints a float
const key = (p: number): string => (Number.isInteger(p) ? p.toFixed(1) : String(p));
