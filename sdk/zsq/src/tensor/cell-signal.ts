interface RunningCell {
  readonly signal: AbortSignal | undefined;
}

/**
 * The signal of the notebook cell that runs: aborted when the reader stops the cell. Undefined outside of our kernel.
 *
 * Long runs obey it where no signal is given, so that the stop button of a notebook ends them.
 */
export function cellSignal(): AbortSignal | undefined {
  return (globalThis as { [key: symbol]: RunningCell | undefined })[Symbol.for("jupyter.cell")]?.signal;
}
