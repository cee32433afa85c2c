import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { SceneRecord } from "./record";
import type { Answer, Task } from "./worker";

/**
 * Runs tasks in worker threads and hands over the records of each, in the order in which they end.
 *
 * - **jobs** – number of threads; never more than there are tasks
 *
 * Rejects with the first failure, after all threads have stopped.
 */
export async function runTasks(tasks: readonly Task[], jobs: number, onDone: (task: Task, records: SceneRecord[]) => Promise<void>): Promise<void> {
  let next = 0, failed = false;
  const workers = Array.from({ length: Math.min(jobs, tasks.length) }, () => new Worker(join(__dirname, "worker.js")));
  const serve = async (worker: Worker): Promise<void> => {
    while (next < tasks.length && !failed) {
      const task = tasks[next++];
      await onDone(task, await ask(worker, task));
    }
  };
  try {
    await Promise.all(workers.map(serve));
  } finally {
    failed = true;
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, task: Task): Promise<SceneRecord[]> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Answer): void => settle("error" in answer ? () => reject(new Error(answer.error)) : () => resolve(answer.records));
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void => settle(() => reject(new Error(`prepareScenes: invalid worker: ended with code ${code}; expected an answer`)));
    const settle = (act: () => void): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      act();
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(task);
  });
}
