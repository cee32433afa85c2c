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
export function meanInterval(values: readonly number[], resamples: number, seed: number): Interval {
  const mean = (pick: (i: number) => number): number => values.reduce((sum, _, i) => sum + values[pick(i)], 0) / values.length;
  const samples = Array.from({ length: resamples }, (_, r) => {
    const random = new Random(seed, r);
    return mean(() => random.integer(0, values.length));
  });
  return withInterval({ mean: mean((i) => i), samples });
}

// linear between order statistics, as numpy's default
function percentile(values: readonly number[], p: number): number {
  if (!values.length) throw new RangeError("percentile: invalid number of values: 0; expected at least 1");
  const sorted = Float64Array.from(values).sort();
  const at = p * (sorted.length - 1), low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}

const round = (x: number): number => Math.round(x * 1e6) / 1e6 + 0; // no -0
