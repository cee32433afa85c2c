const BINS = 4096;
const SMALLEST = 2 ** -140;

/**
 * Histogram of signed values whose bins are a power of two wide: 4096 on either side of 0, of which the side with the
 * largest magnitude uses more than half. When a value lies beyond, neighbouring bins are merged, which is exact: the
 * counts depend on the values alone, never on their order or on how they are cut into batches. Counts are exact up to
 * 2^53. Memory: 64 kB.
 */
export class DyadicHistogram {
  /** of a bin, a power of two */
  width = SMALLEST;
  /** values in [i width, (i + 1) width) */
  readonly positive = new Float64Array(BINS);
  /** values in (-(i + 1) width, -i width], but 0 */
  readonly negative = new Float64Array(BINS);
  count = 0;
  /** exact; Infinity and -Infinity before the first value */
  min = Infinity;
  max = -Infinity;

  /** - **name** – what the values are, for error messages */
  constructor(private readonly name = "values") {}

  /** Takes in values. Throws if one is not finite, which leaves the histogram with those before it. */
  add(values: Float32Array): this {
    const { positive, negative } = this;
    let { min, max } = this, limit = this.width * BINS, perBin = 1 / this.width;
    for (let i = 0; i < values.length; i++) {
      const value = values[i], magnitude = value < 0 ? -value : value;
      if (!(magnitude < limit)) {
        this.widen(value, magnitude);
        [limit, perBin] = [this.width * BINS, 1 / this.width];
      }
      if (value < 0) {
        negative[(magnitude * perBin) | 0]++;
        if (value < min) min = value;
        if (value > max) max = value;
      } else {
        positive[(magnitude * perBin) | 0]++;
        if (value > max) max = value;
        if (value < min) min = value;
      }
    }
    this.count += values.length;
    this.min = min;
    this.max = max;
    return this;
  }

  /** Counts of |x| in bins of `width`, up to the last that is not empty. */
  magnitudes(): Float64Array {
    const counts = this.positive.map((count, i) => count + this.negative[i]);
    let last = BINS;
    while (last > 1 && counts[last - 1] === 0) last--;
    return counts.subarray(0, last);
  }

  /** All bins from -4096 to 4095 in rising order; bin i starts at (i - 4096) width. */
  signed(): Float64Array {
    const all = new Float64Array(2 * BINS);
    all.set(this.positive, BINS);
    for (let i = 0; i < BINS; i++) all[BINS - 1 - i] = this.negative[i];
    return all;
  }

  private widen(value: number, magnitude: number): void {
    if (!Number.isFinite(value)) throw new Error(`calibrate: invalid ${this.name}: ${value}; expected finite values`);
    let factor = 1;
    while (magnitude >= this.width * factor * BINS) factor *= 2;
    for (const side of [this.positive, this.negative]) {
      for (let i = 0; i < BINS; i++) {
        const count = side[i];
        side[i] = 0;
        side[Math.floor(i / factor)] += count;
      }
    }
    this.width *= factor;
  }
}
