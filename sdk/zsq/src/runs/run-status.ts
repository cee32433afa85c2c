import { existsSync, readFileSync } from "node:fs";
import { ResultCache } from "../study/cache";
import { kindOf } from "../study/task";
import { lockOwner, type LockOwner } from "./lock";
import type { RunFolder } from "./run-folder";
import { readUsage } from "./run-log";

/** Where a run stands. */
export interface RunStatus {
  tasks: number;
  done: number;
  running: number;
  failed: number;
  waiting: number;
  /** estimate from the times of the tasks that have run, or null while there are none; null as well if nothing runs */
  secondsLeft: number | null;
  failures: { index: number; name: string; message: string }[];
  /** the process that works on it, or null */
  owner: LockOwner | null;
}

/**
 * Counts the tasks of a run. A task is done if its result is in the cache; whether that is whole, verifyRun tells.
 *
 * - **runningElsewhere** – tasks that run now as another system reports it, such as Slurm's queue; default: as many as the owner's processes
 */
export async function runStatus(folder: RunFolder, runningElsewhere?: number): Promise<RunStatus> {
  const owner = lockOwner(folder.lock), failures = folder.failures(), { seconds } = await readUsage(folder);
  const cache = new ResultCache(folder.cache);
  let done = 0, openCost = 0, doneCost = 0, doneSeconds = 0;
  for await (const { index, task, key } of folder.tasks()) {
    const cost = kindOf(task, folder.kinds).cost(task.parameters);
    if (existsSync(cache.entryPath(key))) {
      done++;
      failures.delete(index);
      if (Number.isNaN(seconds[index])) continue; // not of this run
      doneCost += cost;
      doneSeconds += seconds[index];
    } else openCost += cost;
  }
  const open = folder.size - done - failures.size;
  const running = Math.min(open, runningElsewhere ?? (owner ? readProcesses(folder) : 0));
  return {
    tasks: folder.size, done, running, failed: failures.size, waiting: open - running,
    secondsLeft: running > 0 && doneCost > 0 ? Math.round((openCost * (doneSeconds / doneCost)) / running) : null,
    failures: [...failures].map(([index, failure]) => ({ index, ...failure })), owner,
  };
}

// what the owner says it runs with
function readProcesses(folder: RunFolder): number {
  try {
    return (JSON.parse(readFileSync(folder.file("working.json"), "utf8")) as { processes: number }).processes;
  } catch {
    return 1;
  }
}
