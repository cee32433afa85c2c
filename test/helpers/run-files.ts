import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "zsq/dist/study/canonical-json";

/** All files below a folder. */
export const filesBelow = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(dir, name)).isFile()).sort();

/** SHA-256 of what a run of run-child.js gave, by name: every result, the list of tasks and that of results. */
export const resultsOf = (dir: string): Map<string, string> =>
  new Map([...filesBelow(join(dir, "cache")).map((name) => `cache/${name}`), "run/results.jsonl", "run/tasks.jsonl"].map((name) => [name, sha256(readFileSync(join(dir, name)))]));

/** Files that only an interruption leaves. */
export const leftIn = (dir: string): string[] => filesBelow(dir).filter((name) => /tmp|\.over\.|lock|working/.test(name));
