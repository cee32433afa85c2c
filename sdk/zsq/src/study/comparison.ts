import { Random } from "../tensor/random";

/** mAP of one detector over resampled images and seeds; value i of every estimate belongs to the same resample. */
export interface Estimate {
  /** mean over the seeds, on all images */
  mean: number;
  /** one mAP per resample */
  samples: readonly number[];
}

/** A number with its 95 % interval. */
export interface Interval {
  mean: number;
  ci95: [number, number];
}

/** Mean and the 2.5th to 97.5th percentile of the resamples, rounded to 1e-6. */
export const withInterval = ({ mean, samples }: Estimate): Interval => ({ mean: round(mean), ci95: [round(percentile(samples, 0.025)), round(percentile(samples, 0.975))] });

/** a - b, resample by resample: images and seeds vary together, so that their spread cancels. Throws if the numbers of resamples differ. */
export function pairedDifference(a: Estimate, b: Estimate): Interval {
  if (a.samples.length !== b.samples.length) throw new RangeError(`pairedDifference: invalid number of samples: ${b.samples.length}; expected ${a.samples.length}`);
  return withInterval({ mean: a.mean - b.mean, samples: a.samples.map((x, i) => x - b.samples[i]) });
}

/** Mean of independent values with its bootstrap interval; the same seed resamples alike. Throws if there is none. */
export const meanInterval = (values: readonly number[], resamples: number, seed: number): Interval => bootstrapInterval([values], ([own]) => mean(own), resamples, seed);

/** A statistic of independent samples with its bootstrap interval: each resample draws from each of them, with replacement, as many values as it has. */
export function bootstrapInterval(samples: readonly (readonly number[])[], statistic: (samples: readonly (readonly number[])[]) => number, resamples: number, seed: number): Interval {
  const drawn = Array.from({ length: resamples }, (_, r) => {
    const random = new Random(seed, r);
    return statistic(samples.map((values) => values.map(() => values[random.integer(0, values.length)])));
  });
  return withInterval({ mean: statistic(samples), samples: drawn });
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation, unbiased under the root; 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
}

/** Linear between order statistics, as numpy's default; p in [0, 1]. */
export function percentile(values: readonly number[], p: number): number {
  if (!values.length) throw new RangeError("percentile: invalid number of values: 0; expected at least 1");
  const sorted = Float64Array.from(values).sort();
  const at = p * (sorted.length - 1), low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}

const round = (x: number): number => Math.round(x * 1e6) / 1e6 + 0; // no -0
