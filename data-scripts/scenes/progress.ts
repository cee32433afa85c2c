import { SingleBar } from "cli-progress";

/** Shows how far a run is. */
export interface Progress {
  update: (progress: { done: number; total: number }) => void;
  /** leaves the last state on the screen */
  stop: () => void;
}

/** A bar with the time left where the stream is a terminal, otherwise a plain line now and then. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr, everyMs = 5000, what = "scenes"): Progress {
  return stream.isTTY ? bar(stream, what) : lines(stream, everyMs, what);
}

function bar(stream: NodeJS.WriteStream, what: string): Progress {
  const shown = new SingleBar({ stream, format: `${what} {bar} {percentage} % | {value}/{total} images | {eta_formatted} left`, barsize: 30, hideCursor: true });
  let started = false;
  return {
    update: ({ done, total }) => {
      if (!started) shown.start(total, done);
      started = true;
      shown.update(done);
    },
    stop: () => { if (started) shown.stop(); },
  };
}

function lines(stream: NodeJS.WritableStream, everyMs: number, what: string): Progress {
  const start = Date.now();
  let shown = -Infinity;
  return {
    update: ({ done, total }) => {
      const now = Date.now();
      if (done < total && now - shown < everyMs) return;
      shown = now;
      const left = done > 0 ? `, ${Math.ceil(((now - start) / 1000) * (total / done - 1))} s left` : "";
      stream.write(`${what}: ${done}/${total} images${left}\n`);
    },
    stop: () => undefined,
  };
}
