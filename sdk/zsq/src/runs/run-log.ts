import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { RunFolder } from "./run-folder";

/** What a task took, or why it failed. */
export interface LogEntry {
  index: number;
  key: string;
  seconds?: number;
  peakBytes?: number;
  failed?: string;
}

/** What all processes have noted, the last entry of each task; a line that an interruption cut off does not count. */
export function readLog(folder: RunFolder): Map<number, LogEntry> {
  const log = new Map<number, LogEntry>();
  const path = folder.file("log");
  for (const name of existsSync(path) ? readdirSync(path).sort() : []) {
    for (const line of readFileSync(folder.file("log", name), "utf8").split("\n")) {
      const entry = parse(line);
      if (entry && !(entry.failed !== undefined && log.get(entry.index)?.seconds !== undefined)) log.set(entry.index, entry);
    }
  }
  return log;
}

function parse(line: string): LogEntry | null {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return null;
  }
}
