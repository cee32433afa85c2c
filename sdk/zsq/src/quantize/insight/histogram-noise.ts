import { levelRange, type QParams } from "../affine";
import type { DyadicHistogram } from "../calibrators/dyadic-histogram";

/** What rounding and clipping cost a tensor. */
export interface HistogramNoise {
  /** signal to quantization noise, 10 log10(sum x^2 / sum (x - q(x))^2), in dB; Infinity if nothing is lost */
  sqnr: number;
  /** share of the values that are clipped */
  clipped: number;
}

/**
 * What quantization does to the values of a histogram, each taken at the centre of its bin: no tensor is needed, and new
 * levels are judged at once. Within a few hundredths of a dB of the tensor's own where a step is many bins wide, as up to 8 bits.
 */
export function histogramNoise({ counts, width, min, max, count }: DyadicHistogram, qparams: QParams): HistogramNoise {
  const { scale, zeroPoint } = qparams, [lowest, highest] = levelRange(qparams), zero = counts.length / 2;
  const [low, high] = [(lowest - zeroPoint - 0.5) * scale, (highest - zeroPoint + 0.5) * scale];
  let [signal, noise, clipped] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    const x = Math.min(Math.max((i + 0.5 - zero) * width, min), max);
    const error = x - (Math.min(Math.max(Math.round(x / scale) + zeroPoint, lowest), highest) - zeroPoint) * scale;
    signal += counts[i] * x * x;
    noise += counts[i] * error * error;
    if (x < low || x > high) clipped += counts[i];
  }
  return { sqnr: decibels(signal, noise), clipped: count ? clipped / count : 0 };
}

/** The same of values and what they became. Throws if their numbers differ. */
export function noiseOf(values: ArrayLike<number>, became: ArrayLike<number>): number {
  if (values.length !== became.length) throw new RangeError(`noiseOf: invalid number of values: ${became.length}; expected ${values.length}`);
  let [signal, noise] = [0, 0];
  for (let i = 0; i < values.length; i++) [signal, noise] = [signal + values[i] ** 2, noise + (values[i] - became[i]) ** 2];
  return decibels(signal, noise);
}

/** Signal to noise of a product whose factors have these: noises add up. */
export const productNoise = (a: number, b: number): number => -10 * Math.log10(10 ** (-a / 10) + 10 ** (-b / 10));

const decibels = (signal: number, noise: number): number => (noise > 0 ? 10 * Math.log10(signal / noise) : Infinity);
