import { entropyThreshold } from "./entropy-threshold";

const LEVELS = 128;

/** A clipping threshold found in a histogram, with the place and the error that chose it; nulls where nothing can be chosen. */
export interface Threshold {
  index: number | null;
  amax: number | null;
  error: number | null;
}

/**
 * Histogram of |x| over [0, width * bins], and the thresholds that TensorRT's calibrators choose from it: symmetric
 * ranges [-amax, amax] for comparison with the exact ones of calibrate().
 *
 * The first values that are not all 0 fix the width of a bin; larger ones add bins on the right.
 *
 * Source: pytorch-quantization's HistogramCalibrator. Its float32 counts, which stop at 2^24 in a bin of a batch and so
 * forget values, are there on request; those of float64 are exact to 2^53.
 */
export class AbsHistogram {
  /** of a bin; 0 while all values were 0 */
  width = 0;
  counts: Float64Array;

  /**
   * - **bins** – of the first batch; defaults to 2048
   * - **dtype** – of the counts; defaults to "float64"
   */
  constructor(private readonly bins = 2048, private readonly dtype: "float64" | "float32" = "float64") {
    if (!Number.isInteger(bins) || bins < LEVELS) throw new RangeError(`AbsHistogram: invalid bins: ${bins}; expected an integer >= ${LEVELS}`);
    this.counts = new Float64Array(bins);
  }

  /** Takes in a batch. Throws if a value is not finite. */
  add(values: Float32Array): this {
    let largest = 0;
    for (const value of values) {
      if (!Number.isFinite(value)) throw new Error(`AbsHistogram: invalid value: ${value}; expected finite values`);
      largest = Math.max(largest, Math.abs(value));
    }
    if (this.width === 0) this.width = largest / this.bins;
    const { width } = this;
    this.grow(width > 0 ? Math.ceil(largest / width - 1e-9) : 0); // a hair less, so that the maximum closes the last bin
    const { counts } = this, batch = this.dtype === "float64" ? counts : new Float32Array(counts.length);
    for (const value of values) batch[width > 0 ? Math.min(Math.floor(Math.abs(value) / width), counts.length - 1) : 0]++;
    if (batch !== counts) for (let i = 0; i < counts.length; i++) counts[i] = Math.fround(counts[i] + batch[i]);
    return this;
  }

  /** Left edge of the first bin at which the cumulative share reaches p percent. */
  percentile(p: number): number {
    const total = this.counts.reduce((a, b) => a + b, 0);
    let sum = 0;
    const bin = this.counts.findIndex((count) => (sum += count) / total >= p / 100);
    return this.width * (bin < 0 ? this.counts.length : bin);
  }

  /** The threshold whose 128 levels lose least information: see entropyThreshold. */
  entropy(): Threshold {
    const { index, divergence } = entropyThreshold(this.counts, LEVELS);
    return { index, amax: index === null ? null : this.width * index, error: divergence };
  }

  /** The bin centre, from bin 128 up, that as threshold of 127 levels gives the least mean over bins of count * error^2; the first of equals. */
  meanSquaredError(): Threshold {
    const { counts, width } = this;
    let best: Threshold = { index: null, amax: null, error: null };
    for (let bin = LEVELS; bin < counts.length; bin++) {
      const amax = (bin + 0.5) * width, scale = (LEVELS - 1) / amax;
      let sum = 0;
      for (let i = 0; i < counts.length; i++) {
        const centre = (i + 0.5) * width;
        const error = Math.min(rint(centre * scale), LEVELS - 1) / scale - centre;
        sum += error * error * counts[i];
      }
      const error = sum / counts.length;
      if (best.error === null || error < best.error) best = { index: bin, amax, error };
    }
    return best;
  }

  private grow(bins: number): void {
    if (bins <= this.counts.length) return;
    const grown = new Float64Array(bins);
    grown.set(this.counts);
    this.counts = grown;
  }
}

// halves to the even integer, for x >= 0
function rint(x: number): number {
  const down = Math.floor(x);
  return x - down > 0.5 || (x - down === 0.5 && down % 2 === 1) ? down + 1 : down;
}
