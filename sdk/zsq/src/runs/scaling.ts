/** What a run has besides its tasks. */
export interface ScalingOptions {
  /** tasks that run at a time */
  workers: number;
  /** seconds that the processes of a worker or an array element take to start; default 0 */
  startSeconds?: number;
  /** elements that the cluster starts in a second; default: any number */
  perSecond?: number;
  /** tasks that share a start, one after another; default 1 */
  tasksPerElement?: number;
}

/** How a run would go. */
export interface Scaling {
  workers: number;
  seconds: number;
  /** time of all tasks / (workers x seconds): 1 if every worker only ever works on tasks */
  efficiency: number;
}

/**
 * A run on paper: level after level, as on a cluster, each element goes to the worker that is free first, in their order.
 *
 * - **levels** – seconds of each task, by level
 */
export function simulateRun(levels: readonly (readonly number[])[], { workers, startSeconds = 0, perSecond = Infinity, tasksPerElement = 1 }: ScalingOptions): Scaling {
  for (const [name, value] of Object.entries({ workers, tasksPerElement })) if (!Number.isInteger(value) || value < 1) throw new RangeError(`simulateRun: invalid ${name}: ${value}; expected an integer >= 1`);
  if (!(startSeconds >= 0)) throw new RangeError(`simulateRun: invalid start in seconds: ${startSeconds}; expected >= 0`);
  if (!(perSecond > 0)) throw new RangeError(`simulateRun: invalid elements per second: ${perSecond}; expected > 0`);
  let now = 0, work = 0;
  for (const level of levels) {
    const free = new Float64Array(Math.min(workers, level.length)).fill(now), began = now;
    for (let at = 0; at < level.length; at += tasksPerElement) {
      const seconds = level.slice(at, at + tasksPerElement).reduce((sum, one) => sum + one, 0), worker = free.indexOf(free.reduce((a, b) => Math.min(a, b)));
      work += seconds;
      free[worker] = Math.max(free[worker], began + at / tasksPerElement / perSecond) + startSeconds + seconds;
      now = Math.max(now, free[worker]);
    }
  }
  return { workers, seconds: now, efficiency: now > 0 ? work / (workers * now) : 1 };
}
