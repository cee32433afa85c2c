import { availableParallelism } from "node:os";
import { join } from "node:path";
import { cellSignal } from "../tensor/cell-signal";
import { cacheKey, ResultCache } from "./cache";
import { TimeLeft, type TasksProgress } from "./progress";
import { describeTask, kindOf, type Task, type TaskKinds } from "./task";
import { WorkerEnded, WorkerProcess, type TaskUsage } from "./worker-process";

export interface RunTasksOptions {
  /** processes that run at a time; defaults to the number of cores, fewer if memory is short */
  jobs?: number;
  /** defaults to the repository's */
  cache?: ResultCache;
  /** module that exports `kinds`; defaults to the kinds of the study */
  kindsModule?: string;
  onProgress?: (progress: TasksProgress) => void;
  /** called for each task that has run: its place in the list, its key, and what it took or why it failed; what it throws ends the call */
  onTask?: (index: number, key: string, outcome: TaskUsage | { failed: string }) => void;
  /** stops the processes; finished tasks stay in the cache */
  signal?: AbortSignal;
  /** false: the cache is known to hold nothing half-written; default true, it is swept first */
  sweep?: boolean;
}

/** Memory that a task is taken to need if its kind does not say. */
const TASK_BYTES = 2 ** 30;

/** As many processes as there are cores, but no more than have room in the free memory at once. */
const jobsThatFit = (bytes: readonly number[]): number => Math.max(1, Math.min(availableParallelism(), Math.floor((0.9 * process.availableMemory()) / Math.max(TASK_BYTES / 16, ...bytes))));

/** A task and what it takes to run it. */
interface Job {
  task: Task;
  index: number;
  key: string;
  description: ReturnType<typeof describeTask>;
  cost: number;
}

/**
 * Runs tasks in processes of one thread each, those whose results the cache lacks; a task waits for the tasks whose
 * results it reads. The same tasks give the same bytes whatever the number of processes.
 *
 * Returns the key of each task's result, in their order.
 * Throws if a task failed (its name and the first line of its error; all others that can are run first), or when stopped.
 */
export async function runTasks(tasks: readonly Task[], options: RunTasksOptions = {}): Promise<string[]> {
  const { cache = new ResultCache(), kindsModule = join(__dirname, "kinds.js") } = options;
  if (options.jobs !== undefined && (!Number.isInteger(options.jobs) || options.jobs < 1)) throw new RangeError(`runTasks: invalid jobs: ${options.jobs}; expected an integer >= 1`);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { kinds } = require(kindsModule) as { kinds: TaskKinds };
  if (options.sweep ?? true) cache.sweep();
  const all = tasks.map((task, index): Job => {
    const description = describeTask(task, kinds);
    return { task, index, description, key: cacheKey(description), cost: kindOf(task, kinds).cost(task.parameters) };
  });
  const { jobs = jobsThatFit(tasks.map((task) => kindOf(task, kinds).memory?.(task.parameters) ?? TASK_BYTES)) } = options;
  const run = new Run(all, cache, Math.min(jobs, Math.max(1, all.length)), options);
  await run.finish(kindsModule);
  return all.map(({ key }) => key);
}

// The state of one call.
class Run {
  private readonly waiting: Job[];
  private readonly finished = new Set<string>();
  private readonly failed = new Map<string, { name: string; message: string }>();
  private readonly timeLeft: TimeLeft;
  private readonly total: number;
  private stopped = false;
  private wake: (() => void)[] = [];

  constructor(all: readonly Job[], private readonly cache: ResultCache, private readonly jobs: number, private readonly options: RunTasksOptions) {
    const unique = [...new Map(all.map((job) => [job.key, job])).values()];
    this.total = unique.length;
    for (const { key } of unique) if (cache.has(key)) this.finished.add(key);
    this.waiting = unique.filter(({ key }) => !this.finished.has(key));
    const known = new Set(unique.map(({ key }) => key));
    for (const { task } of this.waiting) {
      for (const key of resultsReadBy(task)) {
        if (!known.has(key) && !cache.has(key)) throw new Error(`runTasks: missing result for ${task.name}: ${key}; expected it in the cache or among the tasks`);
      }
    }
    this.timeLeft = new TimeLeft(this.waiting.map(({ cost }) => cost), Math.min(jobs, Math.max(1, this.waiting.length)));
  }

  async finish(kindsModule: string): Promise<void> {
    this.report(this.total === this.finished.size ? "from the cache" : "starting");
    const { signal = cellSignal() } = this.options;
    const workers = Array.from({ length: Math.min(this.jobs, this.waiting.length) }, () => new WorkerProcess(kindsModule, this.cache.folder));
    const stop = (): void => {
      this.stopped = true;
      for (const worker of workers) worker.stop();
      this.wakeAll();
    };
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await Promise.all(workers.map((worker) => this.serve(worker)));
    } catch (error) {
      this.stopped = true; // the others end here, which is no failure of their tasks
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      for (const worker of workers) worker.stop();
    }
    this.complain();
  }

  // one process takes task after task until none is left
  private async serve(worker: WorkerProcess): Promise<void> {
    while (this.waiting.length && !this.stopped) {
      const job = this.takeReady();
      if (job) await this.runOne(worker, job);
      else if (this.waiting.length) await new Promise<void>((resolve) => this.wake.push(resolve));
    }
  }

  private async runOne(worker: WorkerProcess, { task, index, key, description, cost }: Job): Promise<void> {
    this.timeLeft.start(key, cost);
    const onProgress = (fraction: number): void => {
      this.timeLeft.advance(key, fraction);
      this.report(task.name);
    };
    let usage: TaskUsage | null = null;
    try {
      usage = await worker.run({ task, description, paths: this.pathsOf(task) }, onProgress);
    } catch (error) {
      if (error instanceof WorkerEnded && error.signal === "SIGINT") this.stopped = true; // Ctrl-C reaches every process of a terminal
      if (!this.stopped) this.fail(index, key, task.name, (error as Error).message);
    }
    if (usage) {
      this.finished.add(key);
      this.options.onTask?.(index, key, usage);
    }
    this.timeLeft.finish(key);
    if (!this.stopped) this.report(task.name);
    this.wakeAll();
  }

  // the first waiting task whose inputs are there; tasks whose inputs failed are given up
  private takeReady(): Job | null {
    for (let i = 0; i < this.waiting.length; i++) {
      const { task, index, key } = this.waiting[i];
      const broken = resultsReadBy(task).find((input) => this.failed.has(input));
      if (broken !== undefined) {
        this.waiting.splice(i--, 1);
        this.fail(index, key, task.name, `not run, for ${this.failed.get(broken)!.name} failed`);
      } else if (resultsReadBy(task).every((input) => this.finished.has(input) || this.cache.has(input))) {
        return this.waiting.splice(i, 1)[0];
      }
    }
    return null;
  }

  private pathsOf({ inputs }: Task): Record<string, string> {
    return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, "path" in input ? input.path : this.cache.tensorPath(input.result)]));
  }

  private fail(index: number, key: string, name: string, message: string): void {
    this.failed.set(key, { name, message });
    this.options.onTask?.(index, key, { failed: message });
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of this.wake.splice(0)) wake();
  }

  private report(task: string): void {
    this.options.onProgress?.({ done: this.finished.size, total: this.total, task, secondsLeft: this.finished.size === this.total ? 0 : this.timeLeft.seconds });
  }

  private complain(): void {
    const [first] = this.failed.values();
    const rest = this.failed.size > 1 ? ` (and ${this.failed.size - 1} more)` : "";
    if (first) throw new TaskFailed(`runTasks: task failed: ${first.name}: ${first.message.split("\n")[0]}${rest}`);
    if (this.stopped) throw new StoppedError(this.finished.size, this.total);
  }
}

/** Tasks that failed, when all others that can have run. */
export class TaskFailed extends Error {}

/** A run that was stopped from outside. */
export class StoppedError extends Error {
  override readonly name = "AbortError";
  constructor(done: number, total: number) {
    super(`runTasks: stopped after ${done} of ${total} tasks; the same call continues`);
  }
}

const resultsReadBy = ({ inputs }: Task): string[] => Object.values(inputs).flatMap((input) => ("result" in input ? [input.result] : []));
