import { appendFileSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { ResultCache } from "../study/cache";
import { runTasks, TaskFailed } from "../study/executor";
import type { ListedTask, RunFolder } from "./run-folder";

/** Tasks that are held in memory at a time. */
const WINDOW = 1000;

export interface RunLocalOptions {
  /** processes; see runTasks */
  jobs?: number;
  onProgress?: (progress: { done: number; total: number; task: string; secondsLeft: number | null }) => void;
  signal?: AbortSignal;
}

/**
 * Runs those tasks of a run whose results the cache lacks, in processes of this machine. Failures are noted in the
 * folder and do not stop the others; memory does not grow with the number of tasks.
 *
 * - **chosen** – only the tasks that it accepts
 *
 * Returns how many failed. Throws only when stopped, if the list is damaged, or if the folder cannot be written: one line.
 */
export async function runLocal(folder: RunFolder, { jobs, onProgress, signal }: RunLocalOptions = {}, chosen: (index: number) => boolean = () => true): Promise<number> {
  const cache = new ResultCache(folder.cache);
  cache.sweep();
  let before = 0, failed = 0;
  for await (const window of windows(folder, chosen)) {
    failed += await runWindow(folder, cache, window, {
      jobs, signal,
      onProgress: ({ done, task, secondsLeft }) => onProgress?.({ done: before + done, total: folder.size, task, secondsLeft: window.length < folder.size && secondsLeft !== null ? (secondsLeft * (folder.size - before)) / window.length : secondsLeft }),
    });
    before += window.length;
  }
  return failed;
}

async function* windows(folder: RunFolder, chosen: (index: number) => boolean): AsyncGenerator<ListedTask[]> {
  let window: ListedTask[] = [];
  for await (const listed of folder.tasks()) {
    if (!chosen(listed.index)) continue;
    window.push(listed);
    if (window.length < WINDOW) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

async function runWindow(folder: RunFolder, cache: ResultCache, window: readonly ListedTask[], options: RunLocalOptions): Promise<number> {
  const here = new Set(window.map(({ key }) => key));
  const runnable = window.filter((listed) => {
    const lost = Object.values(listed.task.inputs).find((input) => "result" in input && !here.has(input.result) && !cache.has(input.result));
    if (lost) note(folder, listed, { failed: "not run, for a result that it reads is missing" });
    return !lost;
  });
  let failed = window.length - runnable.length;
  try {
    await runTasks(runnable.map(({ task }) => task), {
      ...options, cache, kindsModule: folder.kindsModule, sweep: false,
      onTask: (place, _, outcome) => {
        note(folder, runnable[place], outcome);
        if ("failed" in outcome) failed++;
      },
    });
  } catch (error) {
    if (!(error instanceof TaskFailed)) throw error; // failures are noted
  }
  return failed;
}

type Outcome = { seconds: number; peakBytes: number } | { failed: string };

function note(folder: RunFolder, { index, key, task: { name } }: ListedTask, outcome: Outcome): void {
  const log = folder.file("log", `${hostname()}-${process.pid}.jsonl`);
  try {
    mkdirSync(folder.file("log"), { recursive: true });
    appendFileSync(log, `${JSON.stringify({ index, key, ...outcome })}\n`);
  } catch (error) {
    throw new Error(`run: invalid ${log}: ${(error as Error).message.split("\n")[0]}; expected a file that can be written`);
  }
  if ("failed" in outcome) folder.noteFailure(index, { name, message: outcome.failed });
  else folder.clearFailure(index);
}
