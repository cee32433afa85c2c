/**
 * Learning rate of one image: called before each of its steps with the iteration (from 0) and the image's loss before
 * it, returns the factor on the initial rate. The loss of an image alone decides, so that images stay independent.
 */
export type RateSchedule = (iteration: number, loss: number) => number;

/** Starts the schedule of one image that will be distilled for so many iterations. */
export type DistillSchedule = (iterations: number) => RateSchedule;

export const constant: DistillSchedule = () => () => 1;

/** Divided by 5 at iteration 20 and again at 75: the study's schedule for the mean + std loss. */
export const stepsAt20And75: DistillSchedule = () => (iteration) => 0.2 ** (Number(iteration >= 20) + Number(iteration >= 75));

/** Falls to 0 along half a cosine. */
export const cosine: DistillSchedule = (iterations) => (iteration) => 0.5 + 0.5 * Math.cos((Math.PI * iteration) / iterations);

export interface PlateauOptions {
  /** what the rate is multiplied by; default 0.1 */
  factor?: number;
  /** iterations without improvement that are borne; default 100 */
  patience?: number;
  /** relative improvement that counts; default 1e-4 */
  threshold?: number;
  /** smallest factor on the initial rate; default 0. ZeroQ's min_lr of 1e-4 at rate 0.5 is 2e-4. */
  smallest?: number;
}

/**
 * Lowers the rate when the loss has not improved for more than `patience` iterations.
 *
 * Source: torch.optim.lr_scheduler.ReduceLROnPlateau in mode "min", threshold mode "rel", cooldown 0, eps 0, stepped with the
 * loss after each step of the optimizer: what a step learns from the loss before it counts for the next one.
 */
export const plateau = ({ factor = 0.1, patience = 100, threshold = 1e-4, smallest = 0 }: PlateauOptions = {}): DistillSchedule => () => {
  let [rate, best, bad, seen] = [1, Infinity, 0, NaN];
  return (_, loss) => {
    if (!Number.isNaN(seen)) {
      if (seen < best * (1 - threshold)) [best, bad] = [seen, 0];
      else bad++;
      if (bad > patience) [rate, bad] = [Math.max(rate * factor, smallest), 0];
    }
    seen = loss;
    return rate;
  };
};
