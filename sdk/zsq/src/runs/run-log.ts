import { createReadStream, existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import type { RunFolder } from "./run-folder";

/** What a task took, or why it failed. */
export interface LogEntry {
  index: number;
  key: string;
  seconds?: number;
  peakBytes?: number;
  failed?: string;
}

/** What all processes have noted, a file after another, read as it is asked for; a line that an interruption cut off does not count. */
export async function* logEntries(folder: RunFolder): AsyncGenerator<LogEntry> {
  const path = folder.file("log");
  for (const name of existsSync(path) ? readdirSync(path).sort() : []) {
    for await (const line of createInterface({ input: createReadStream(folder.file("log", name)), crlfDelay: Infinity })) {
      const entry = parse(line);
      if (entry) yield entry;
    }
  }
}

/** Seconds that each task took when it last succeeded, by index, NaN where it has not run; and the largest memory of a process in bytes. */
export async function readUsage(folder: RunFolder): Promise<{ seconds: Float64Array; peakBytes: number }> {
  const usage = { seconds: new Float64Array(folder.size).fill(NaN), peakBytes: 0 };
  for await (const { index, seconds, peakBytes = 0 } of logEntries(folder)) {
    if (seconds !== undefined) usage.seconds[index] = seconds;
    usage.peakBytes = Math.max(usage.peakBytes, peakBytes);
  }
  return usage;
}

function parse(line: string): LogEntry | null {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return null;
  }
}
