/** How the learning rate changes during training. */
export interface Schedule {
  /** largest learning rate */
  learningRate: number;
  /** steps over which it rises linearly from 0 */
  warmUp: number;
  /** "cosine": to 0 at the end; "quarters": divided by 5 at each quarter, the paper's every 10 of 40 epochs */
  decay: "cosine" | "quarters";
  /** a second cycle from this epoch on, with a largest rate of its own and a new optimizer; default none. Source: SGDR, Loshchilov and Hutter 2017 */
  restart?: { epoch: number; learningRate: number };
}

/** A stretch of training over which the learning rate falls once. */
export interface Cycle {
  /** its first step, and the step after its last */
  first: number;
  end: number;
  learningRate: number;
}

/** The cycle that step `step` (from 0) of `steps` belongs to. */
export function cycleOf({ learningRate, restart }: Schedule, step: number, stepsPerEpoch: number, steps: number): Cycle {
  const boundary = Math.min(steps, (restart?.epoch ?? Infinity) * stepsPerEpoch);
  return step < boundary ? { first: 0, end: boundary, learningRate } : { first: boundary, end: steps, learningRate: restart!.learningRate };
}

/** Learning rate of step `step` (from 0) of `steps`. */
export function learningRateAt({ learningRate, warmUp, decay }: Schedule, step: number, steps: number): number {
  const rise = Math.min(1, (step + 1) / Math.max(1, warmUp));
  const fall = decay === "cosine" ? 0.5 + 0.5 * Math.cos((Math.PI * step) / steps) : 0.2 ** Math.floor((4 * step) / steps);
  return learningRate * rise * fall;
}
