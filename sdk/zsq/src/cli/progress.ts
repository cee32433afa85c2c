import { Presets, SingleBar } from "cli-progress";

/** Shows how far something is; on a terminal a bar, elsewhere a line every ten seconds. */
export interface Progress {
  /** - **what** – a few words on what is being done now */
  update(done: number, total: number, what?: string, secondsLeft?: number | null): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

export function showProgress(label: string): Progress {
  return process.stderr.isTTY ? bar(label) : lines(label);
}

function bar(label: string): Progress {
  const shown = new SingleBar({ format: `${label} {bar} {percentage}% | {value}/{total} | {left} {what}`, hideCursor: true, fps: 5 }, Presets.shades_classic);
  const start = Date.now();
  let started = false;
  return {
    update(done, total, what = "", secondsLeft = estimate(start, done, total)) {
      const payload = { what, left: time(secondsLeft) };
      if (started) shown.setTotal(total);
      else shown.start(total, done, payload);
      started = true;
      shown.update(done, payload);
    },
    stop: () => { if (started) shown.stop(); },
  };
}

function lines(label: string): Progress {
  const start = Date.now();
  let last = 0;
  return {
    update(done, total, what = "", secondsLeft = estimate(start, done, total)) {
      if (Date.now() - last < LINE_EVERY_MS && done < total) return;
      last = Date.now();
      process.stderr.write(`${label}: ${done}/${total}, ${time(secondsLeft)}${what && `, ${what}`}\n`);
    },
    stop: () => undefined,
  };
}

const estimate = (start: number, done: number, total: number): number | null => (done > 0 ? ((Date.now() - start) / 1000 / done) * (total - done) : null);

function time(seconds: number | null): string {
  if (seconds === null) return "time unknown";
  return seconds < 90 ? `${Math.round(seconds)} s left` : `${Math.round(seconds / 60)} min left`;
}

/** A time for people: seconds up to a minute and a half, then minutes, hours, days. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 90 * 60) return `${Math.ceil(seconds / 60)} min`;
  return seconds < 72 * 3600 ? `${Math.ceil(seconds / 3600)} h` : `${Math.ceil(seconds / 86_400)} days`;
}
