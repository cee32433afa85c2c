/** Learning rate against the iteration (from 0): its factor on the initial rate. */
export type DistillSchedule = (iteration: number, iterations: number) => number;

export const constant: DistillSchedule = () => 1;

/** Divided by 5 at iteration 20 and again at 75: the study's schedule for the mean + std loss. */
export const stepsAt20And75: DistillSchedule = (iteration) => 0.2 ** (Number(iteration >= 20) + Number(iteration >= 75));

/** Falls to 0 along half a cosine. */
export const cosine: DistillSchedule = (iteration, iterations) => 0.5 + 0.5 * Math.cos((Math.PI * iteration) / iterations);
