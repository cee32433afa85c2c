import type { TasksProgress } from "../study/progress";

export interface ProgressLineOptions {
  /** least time between two lines; defaults to 3000 */
  everyMs?: number;
  /** where the text goes; defaults to standard output, which is that of the running cell in a notebook */
  write?: (text: string) => void;
  /** clock in milliseconds; defaults to the system's */
  now?: () => number;
}

/**
 * A callback that tells progress on one line that overwrites itself, in a notebook as in a terminal; a saved notebook
 * keeps its last state only.
 *
 * @example await runTable1({ ...options, onProgress: progressLine() }) // 12 of 48 done, about 3 min left: visible: distil …
 */
export function progressLine({ everyMs = 3000, write = (text) => void process.stdout.write(text), now = Date.now }: ProgressLineOptions = {}): (progress: TasksProgress) => void {
  let [next, width, ended] = [-Infinity, 0, false];
  let start = "";
  return (progress) => {
    const last = progress.done === progress.total;
    if (ended || (!last && now() < next)) return;
    next = now() + everyMs;
    ended = last;
    const line = last ? `${progress.total} of ${progress.total} done` : describe(progress);
    write(`${start}${line.padEnd(width)}${last ? "\n" : ""}`);
    [width, start] = [line.length, "\r"];
  };
}

function describe({ done, total, task, secondsLeft }: TasksProgress): string {
  const left = secondsLeft === null ? "" : `, about ${duration(secondsLeft)} left`;
  const name = task.length > 48 ? `${task.slice(0, 47)}\u2026` : task;
  return `${done} of ${total} done${left}: ${name}`;
}

// rounded, for it is an estimate
function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}
