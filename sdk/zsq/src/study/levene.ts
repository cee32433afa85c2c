import { percentile } from "./comparison";

/** Whether samples spread alike. */
export interface LeveneResult {
  /** W, of F(groups - 1, values - groups) if all spread alike; Infinity if deviations differ between groups and never within */
  statistic: number;
  /** probability of a W at least as large then */
  p: number;
}

/**
 * Levene's test with medians (Brown and Forsythe): an analysis of variance of the distances from each sample's median.
 * Unlike a ratio of variances it does not need normal values.
 *
 * Throws unless there are two samples or more, each of three values or more: two are always equally far from their median.
 * Where no value is away from its median W is 0.
 *
 * Source: Brown and Forsythe 1974; equal to scipy.stats.levene(center="median") to 1e-9 (test/fixtures/zsq/study/levene.py).
 */
export function levene(samples: readonly (readonly number[])[]): LeveneResult {
  if (samples.length < 2 || samples.some((values) => values.length < 3)) throw new RangeError(`levene: invalid samples: ${samples.map((values) => values.length).join(", ") || "none"} values; expected at least two of three`);
  const away = samples.map((values) => values.map((value) => Math.abs(value - percentile(values, 0.5))));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const all = away.flat(), overall = mean(all);
  const between = away.reduce((sum, values) => sum + values.length * (mean(values) - overall) ** 2, 0);
  const within = away.reduce((sum, values) => sum + values.reduce((inner, value) => inner + (value - mean(values)) ** 2, 0), 0);
  const [a, b] = [samples.length - 1, all.length - samples.length];
  const statistic = between === 0 ? 0 : (between / a) / (within / b);
  return { statistic, p: upperTailF(statistic, a, b) };
}

/** P(F >= x) of the F distribution with so many degrees of freedom. */
export const upperTailF = (x: number, a: number, b: number): number => (x === Infinity ? 0 : incompleteBeta(b / (b + a * x), b / 2, a / 2));

/** Regularized incomplete beta function, by its continued fraction. Source: Numerical Recipes 6.4; DiDonato and Morris 1992. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300, keep = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1, d = 1 / keep(1 - ((a + b) * x) / (a + 1)), h = d;
  for (let m = 1; m <= 500; m++) {
    for (const step of [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))]) {
      d = 1 / keep(1 + step * d);
      c = keep(1 + step / c);
      h *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return h;
}

const LANCZOS = [676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];

// of positive numbers, to 1e-14
function logGamma(z: number): number {
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - logGamma(1 - z);
  const sum = LANCZOS.reduce((total, coefficient, i) => total + coefficient / (z + i), 0.99999999999980993), t = z + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(t) - t + Math.log(sum);
}
