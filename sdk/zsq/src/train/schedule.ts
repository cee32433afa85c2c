/** How the learning rate changes during training. */
export interface Schedule {
  /** largest learning rate */
  learningRate: number;
  /** steps over which it rises linearly from 0 */
  warmUp: number;
  /** "cosine": to 0 at the end; "quarters": divided by 5 at each quarter, the paper's every 10 of 40 epochs */
  decay: "cosine" | "quarters";
}

/** Learning rate of step `step` (from 0) of `steps`. */
export function learningRateAt({ learningRate, warmUp, decay }: Schedule, step: number, steps: number): number {
  const rise = Math.min(1, (step + 1) / Math.max(1, warmUp));
  const fall = decay === "cosine" ? 0.5 + 0.5 * Math.cos((Math.PI * step) / steps) : 0.2 ** Math.floor((4 * step) / steps);
  return learningRate * rise * fall;
}
