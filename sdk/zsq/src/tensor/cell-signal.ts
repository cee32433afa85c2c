interface RunningCell {
  readonly signal: AbortSignal | undefined;
  readonly stopped: boolean;
}

const runningCell = (): RunningCell | undefined => (globalThis as { [key: symbol]: RunningCell | undefined })[Symbol.for("jupyter.cell")];

/**
 * The signal of the notebook cell that runs: aborted when the reader stops the cell. Undefined outside of our kernel.
 *
 * Long runs obey it where no signal is given, so that the stop button of a notebook ends them. They take it at their start:
 * once the cell has ended it is another's.
 */
export function cellSignal(): AbortSignal | undefined {
  return runningCell()?.signal;
}

/** Lets others run, and ends a run whose signal is aborted. Throws an AbortError that names `where`. */
export async function breathe(where: string, signal: AbortSignal | undefined): Promise<void> {
  await new Promise(setImmediate);
  if (signal?.aborted) throw stopped(where);
}

/** Ends a loop that never waits, which no signal reaches, where the reader has stopped the cell. Throws an AbortError that names `where`. */
export function throwIfStopped(where: string): void {
  if (runningCell()?.stopped) throw stopped(where);
}

const stopped = (where: string): Error => Object.assign(new Error(`${where}: stopped on request`), { name: "AbortError" });
