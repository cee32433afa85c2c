import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { oneLine, parseJson } from "../weights/parse-json";

const json: z.ZodType<unknown> = z.unknown();

const base = z.object({
  schema: z.literal(1),
  id: z.string(),
  profile: z.string(),
  scale: z.string(),
  seed: z.number(),
  environment: z.record(z.string(), json),
  inputs: z.array(z.object({ path: z.string(), sha256: z.string() })),
  rows: z.array(json),
  paper: z.array(json),
  verdicts: z.array(z.object({ claim: z.string(), seen: z.enum(["seen", "not seen", "reversed"]), evidence: z.string() })),
});

/** What every result file has. */
export type Result = z.output<typeof base>;

const models = z.enum(["pretrained", "fine-tuned"]);
const precisions = z.enum(["W32A32", "W8A8", "W8A4"]);
const sources = z.enum(["none", "real", "distilled-mean", "distilled-mean-std", "shuffled", "noise"]);

const table1 = base.extend({
  id: z.literal("table1"),
  rows: z.array(z.object({
    model: models, dataset: z.string(), precision: precisions, inputRange: z.enum(["none", "calibrated", "image"]), calibration: sources,
    map: z.object({ mean: z.number(), ci95: z.tuple([z.number(), z.number()]), seeds: z.number() }), sizeMiB: z.number(),
  })),
  paper: z.array(z.object({ model: models, dataset: z.string(), precision: precisions, calibration: sources, map: z.number(), sizeMiB: z.number().optional(), why: z.string().optional() })),
});

/** results/table1.json. */
export type Table1File = z.output<typeof table1>;

/** The results of one run: table1 if it is there, and all files in the order of their names. */
export interface Results {
  table1: Table1File | null;
  /** by file name, such as "table1.json" */
  files: ReadonlyMap<string, Result>;
}

/**
 * The results in a folder, each validated.
 *
 * Throws one line that names the file if one is damaged or does not fit its schema, or if there is none.
 */
export function readResults(folder: string): Results {
  const names = list(folder).filter((name) => name.endsWith(".json")).sort();
  if (!names.length) throw new Error(`readResults: missing results in ${folder}; expected at least one, such as table1.json; try running a notebook first`);
  const files = new Map(names.map((name) => [name, parseJson(base, read(join(folder, name)), "readResults", join(folder, name))]));
  return { files, table1: files.has("table1.json") ? parseJson(table1, read(join(folder, "table1.json")), "readResults", join(folder, "table1.json")) : null };
}

/** Names in a folder; none if the folder is missing. */
export function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new Error(`readResults: invalid ${folder}: ${oneLine((error as Error).message)}; expected a readable folder`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`readResults: invalid ${path}: ${oneLine((error as Error).message)}; expected a readable file`);
  }
}
