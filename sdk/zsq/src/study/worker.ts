// A process that runs tasks: started by the executor with the module of the task kinds and the cache's folder.
import { rmSync } from "node:fs";
import { cacheKey, ResultCache } from "./cache";
import type { Json } from "./canonical-json";
import { kindOf, type Task, type TaskKinds } from "./task";

/** From the executor: run a task and store its result. */
export interface WorkerRequest {
  task: Task;
  /** what the result is stored under */
  description: Json;
  paths: Record<string, string>;
}

/** To the executor. */
export type WorkerReply = { progress: number } | { done: true; seconds: number; peakBytes: number } | { error: string };

function startWorker([kindsModule, folder]: string[]): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { kinds } = require(kindsModule) as { kinds: TaskKinds };
  const cache = new ResultCache(folder);
  const reply = (message: WorkerReply): void => void process.send?.(message);
  process.on("disconnect", () => process.exit(1));
  process.on("message", ({ task, description, paths }: WorkerRequest) => {
    const start = performance.now(), stateFile = cache.statePath(cacheKey(description));
    Promise.resolve().then(() => kindOf(task, kinds).run(task.parameters, { paths, stateFile, onProgress: (fraction) => reply({ progress: fraction }) }))
      .then((result) => {
        cache.write(description, result);
        rmSync(stateFile, { force: true });
        reply({ done: true, seconds: (performance.now() - start) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 });
      })
      .catch((error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }));
  });
}

if (require.main === module) startWorker(process.argv.slice(2));
