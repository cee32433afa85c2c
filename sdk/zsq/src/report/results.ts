import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { figure1Schema, figure2Schema, figure3Schema, figure4Schema, table1Schema, whatIfSchema, type Figure1Result, type Figure2Result, type Figure3Result, type Figure4Result, type Table1Result, type WhatIfResult } from "../study/result-schema";
import { repositoryRoot } from "../study/repository";
import { sha256OfFile } from "../weights/checksum";
import { oneLine, parseJson } from "../weights/parse-json";

// What every result file has; other tables and figures are only linked
const anyResult = z.object({
  schema: z.literal(1),
  profile: z.string(),
  scale: z.string(),
  seed: z.number(),
  environment: z.record(z.string(), z.unknown()),
  inputs: z.array(z.object({ path: z.string(), sha256: z.string() })),
});

/** What the report reads of any result file. */
export type Result = z.output<typeof anyResult>;

/** The results of one run: those that are there, and all files in the order of their names. */
export interface Results {
  table1: Table1Result | null;
  figure1: Figure1Result | null;
  figure2: Figure2Result | null;
  figure3: Figure3Result | null;
  figure4: Figure4Result | null;
  whatIf: WhatIfResult | null;
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
  const files = new Map(names.map((name) => [name, parseJson(anyResult, read(join(folder, name)), "readResults", join(folder, name))]));
  const result = <T>(schema: z.ZodType<T>, name: string): T | null =>
    files.has(name) ? parseJson(schema, read(join(folder, name)), "readResults", join(folder, name)) : null;
  return {
    files, table1: result(table1Schema, "table1.json"),
    figure1: result(figure1Schema, "figure1.json"),
    figure2: result(figure2Schema, "figure2.json"), figure3: result(figure3Schema, "figure3.json"), figure4: result(figure4Schema, "figure4.json"),
    whatIf: result(whatIfSchema, "what-if.json"),
  };
}

/**
 * Refuses results that were computed from other files than those that are there now.
 *
 * Throws one line that names the result and the input that has changed. An input that is not here cannot be compared.
 */
export function refuseStale({ files }: Results): void {
  for (const [name, { inputs }] of files) {
    for (const { path, sha256 } of inputs) {
      const file = resolve(repositoryRoot(), path);
      if (existsSync(file) && sha256OfFile(file) !== sha256) throw new Error(`report: stale ${name}: ${path} has changed since; expected results of the files that are there; try npm run reproduce`);
    }
  }
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
