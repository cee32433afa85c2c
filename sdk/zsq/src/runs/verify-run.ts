import { createReadStream, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ResultCache } from "../study/cache";
import { sha256OfFile } from "../weights/checksum";
import { RunFolder } from "./run-folder";
import { verifyRecord } from "../study/run-record";

/** What a verification found. */
export interface Verification {
  /** hashes that were computed */
  checked: number;
  /** a line for each file or result that is not what was recorded */
  problems: string[];
}

/**
 * Computes all hashes anew: of a run, those of its inputs, its list and every result; of any other folder, those that the
 * records below it (`*.record.json`) name.
 *
 * Throws if there is no record.
 */
export async function verifyRun(path: string): Promise<Verification> {
  const records = existsSync(join(path, "run.json")) ? [join(path, "record.json")] : recordsBelow(path);
  if (records.length === 0 || !existsSync(records[0])) throw new Error(`run: missing record in ${path}; expected the folder of a run that has ended, or one with *.record.json`);
  const found: Verification = { checked: 0, problems: [] };
  for (const record of records) {
    found.checked++;
    found.problems.push(...verifyRecord(record));
  }
  if (existsSync(join(path, "run.json"))) await verifyResults(RunFolder.open(path), found);
  return found;
}

async function verifyResults(folder: RunFolder, found: Verification): Promise<void> {
  const cache = new ResultCache(folder.cache);
  for await (const line of createInterface({ input: createReadStream(folder.file("results.jsonl")), crlfDelay: Infinity })) {
    found.checked++;
    const { name, key, sha256 } = JSON.parse(line) as { name: string; key: string; sha256: string };
    const path = cache.entryPath(key);
    if (!existsSync(path)) found.problems.push(`${name}: its result is missing: ${path}`);
    else if (!cache.has(key)) found.problems.push(`${name}: its result is damaged: ${path}`);
    else if (sha256OfFile(path) !== sha256) found.problems.push(`${name}: its result has changed: ${path}`);
  }
}

function recordsBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".record.json")).sort().map((name) => join(path, name));
}
