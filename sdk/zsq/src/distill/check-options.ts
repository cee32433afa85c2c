import type { DistillOptions } from "./distill";

/** Throws a RangeError that names the first option that makes no sense. */
export function checkOptions({ images, imageShape, iterations, learningRate, seed, firstImage = 0, batchSize = 16, snapshots = [] }: DistillOptions): void {
  const whole = (name: string, value: number, low: number): void => {
    if (!Number.isSafeInteger(value) || value < low) throw new RangeError(`distill: invalid ${name}: ${value}; expected an integer >= ${low}`);
  };
  whole("images", images, 1);
  whole("iterations", iterations, 0);
  whole("batchSize", batchSize, 1);
  whole("seed", seed, 0);
  whole("firstImage", firstImage, 0);
  imageShape.forEach((side) => whole("imageShape", side, 32));
  if (!(learningRate > 0 && Number.isFinite(learningRate))) throw new RangeError(`distill: invalid learningRate: ${learningRate}; expected > 0`);
  for (const snapshot of snapshots) {
    if (!(Number.isInteger(snapshot) && snapshot >= 1 && snapshot <= iterations)) throw new RangeError(`distill: invalid snapshot: ${snapshot}; expected in [1, ${iterations}]`);
  }
}
