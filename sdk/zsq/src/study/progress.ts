/** Where a list of tasks stands. */
export interface TasksProgress {
  /** tasks that are finished, those found in the cache included */
  done: number;
  total: number;
  /** name of the task that was heard of last */
  task: string;
  /** estimate of the time left, or null while there is nothing to judge by */
  secondsLeft: number | null;
}

/** Evidence below this says nothing about the time left. */
const MIN_EVIDENCE_SECONDS = 2;

/** Foretells the time left from the estimated costs of tasks and the time that finished and running ones took. */
export class TimeLeft {
  private finishedCost = 0;
  private finishedSeconds = 0;
  private openCost: number;
  private readonly running = new Map<string, { cost: number; start: number; fraction: number }>();

  /** - **costs** – estimates of all tasks that have to run, in any unit */
  constructor(costs: readonly number[], private readonly jobs: number, private readonly now = (): number => performance.now() / 1000) {
    this.openCost = costs.reduce((a, b) => a + b, 0);
  }

  start(key: string, cost: number): void {
    this.running.set(key, { cost, start: this.now(), fraction: 0 });
  }

  advance(key: string, fraction: number): void {
    const task = this.running.get(key);
    if (task) task.fraction = fraction;
  }

  finish(key: string): void {
    const task = this.running.get(key);
    if (!task) return;
    this.running.delete(key);
    this.openCost -= task.cost;
    this.finishedCost += task.cost;
    this.finishedSeconds += this.now() - task.start;
  }

  /** Seconds, or null while too little has been done. */
  get seconds(): number | null {
    let [cost, seconds] = [this.finishedCost, this.finishedSeconds];
    let doing = 0;
    for (const task of this.running.values()) {
      doing += task.cost * task.fraction;
      if (task.fraction > 0) seconds += this.now() - task.start;
    }
    cost += doing;
    if (cost <= 0 || seconds < MIN_EVIDENCE_SECONDS) return null;
    return (Math.max(0, this.openCost - doing) * (seconds / cost)) / this.jobs;
  }
}
