import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { z } from "zod";
import { calibrationFigures } from "../parity/calibration-figures";
import { fixtureBatches } from "../parity/fixture-data";
import { parseJson } from "../weights/parse-json";

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
    const figures = cases.map(({ id, ...data }) => ({ id, ...calibrationFigures(fixtureBatches(data), percentiles) }));
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
