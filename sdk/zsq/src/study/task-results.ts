import type { CachedResult, ResultCache } from "./cache";
import type { Task } from "./task";

/** The results of tasks that have run. */
export class TaskResults {
  private readonly keys: Map<Task, string>;

  constructor(private readonly cache: ResultCache, tasks: readonly Task[], keys: readonly string[]) {
    this.keys = new Map(tasks.map((task, i) => [task, keys[i]]));
  }

  /** What a task gave. Throws if its entry was damaged since, or it is none of these tasks. */
  of(task: Task): CachedResult {
    const key = this.keys.get(task);
    const result = key === undefined ? null : this.cache.read(key);
    if (!result) throw new Error(`study: damaged result of ${task.name}; expected what was just written; try again`);
    return result;
  }

  /** The JSON value of a task's result, as its kind describes it. */
  valueOf<T>(task: Task): T {
    return this.of(task).value as unknown as T;
  }
}
