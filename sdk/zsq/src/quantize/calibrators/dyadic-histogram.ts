const BINS = 4096;
const SMALLEST = 2 ** -140;
const LANES = [0, 1, 2, 3];
const MANY = 2 ** 15;

/**
 * Histogram of signed values whose bins are a power of two wide: 4096 on either side of 0, of which the side with the
 * largest magnitude uses more than half. When a value lies beyond, neighbouring bins are merged, which is exact: the
 * counts depend on the values alone, never on their order or on how they are cut into batches. Counts are exact up to
 * 2^53. Memory: 64 kB.
 */
export class DyadicHistogram {
  /** of a bin, a power of two */
  width = SMALLEST;
  /** number of values in [(i - 4096) width, (i - 4095) width) */
  readonly counts = new Float64Array(2 * BINS);
  count = 0;
  /** exact; Infinity and -Infinity before the first value */
  min = Infinity;
  max = -Infinity;

  /** - **name** – what the values are, for error messages */
  constructor(private readonly name = "values") {}

  /** Takes in values. Throws if one is not finite; the histogram is of no use then. */
  add(values: Float32Array): this {
    let i = 0;
    if (values.length > MANY) i = this.addMost(values);
    for (; i < values.length; i++) {
      const value = values[i];
      if (!(value >= this.min && value <= this.max)) this.extend(value);
      this.counts[Math.floor(value / this.width) + BINS]++;
    }
    this.count += values.length;
    return this;
  }

  // counts all but the last few. Four counts at a time, each in an array of its own, so that equal neighbours need not wait
  // for one another; only the first values and new extremes leave the loop
  private addMost(values: Float32Array): number {
    const lanes = LANES.map(() => new Uint32Array(2 * BINS)), [a, b, c, d] = lanes;
    let { min, max } = this, perBin = 1 / this.width, i = 0;
    for (const end = values.length - 3; i < end; i += 4) {
      const u = values[i], v = values[i + 1], w = values[i + 2], x = values[i + 3];
      if (!(u <= max && u >= min && v <= max && v >= min && w <= max && w >= min && x <= max && x >= min)) {
        for (let k = i; k < i + 4; k++) this.extend(values[k], lanes);
        ({ min, max } = this);
        perBin = 1 / this.width;
      }
      a[(Math.floor(u * perBin) + BINS) | 0]++;
      b[(Math.floor(v * perBin) + BINS) | 0]++;
      c[(Math.floor(w * perBin) + BINS) | 0]++;
      d[(Math.floor(x * perBin) + BINS) | 0]++;
    }
    this.merge(lanes);
    return i;
  }

  /** The values within, ends included, that change neither extremes nor which bins hold the `size` largest and smallest values. */
  settled(size: number): { min: number; max: number } {
    const [first, last] = this.tailBins(size), { width, min, max } = this;
    if (first < 0) return { min: Infinity, max: -Infinity };
    return { min: first === this.binOf(min) ? min : (first + 1 - BINS) * width, max: last === this.binOf(max) ? max : (last - BINS) * width };
  }

  /** Takes in so many values that settled(size) holds, somewhere within. */
  skip(count: number, size: number): void {
    if (!count) return;
    this.counts[this.tailBins(size)[1]] += count;
    this.count += count;
  }

  /** Counts of |x| in bins of `width`, up to the last that is not empty. */
  magnitudes(): Float64Array {
    const counts = this.counts.slice(BINS);
    for (let i = 0; i < BINS; i++) counts[i] += this.counts[BINS - 1 - i];
    let last = BINS;
    while (last > 1 && counts[last - 1] === 0) last--;
    return counts.subarray(0, last);
  }

  // the bins that hold the smallest value and the largest but size - 1; -1 if there are fewer values
  private tailBins(size: number): [number, number] {
    if (this.count < size) return [-1, -1];
    let [first, last] = [this.binOf(this.min), this.binOf(this.max)];
    for (let sum = this.counts[first]; sum < size; ) sum += this.counts[++first];
    for (let sum = this.counts[last]; sum < size; ) sum += this.counts[--last];
    return [first, last];
  }

  private binOf(value: number): number {
    return Math.floor(value / this.width) + BINS;
  }

  // adds the counts of the lanes, which are emptied
  private merge(lanes: readonly Uint32Array[]): void {
    for (const lane of lanes) {
      for (let i = 0; i < lane.length; i++) this.counts[i] += lane[i];
      lane.fill(0);
    }
  }

  // makes room for a value; counts in lanes are merged where bins are
  private extend(value: number, lanes: readonly Uint32Array[] = []): void {
    if (!Number.isFinite(value)) throw new Error(`calibrate: invalid ${this.name}: ${value}; expected finite values`);
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    let factor = 1;
    while (!(value < this.width * factor * BINS && value >= -this.width * factor * BINS)) factor *= 2;
    if (factor === 1) return;
    this.merge(lanes);
    const merged = new Float64Array(2 * BINS);
    this.counts.forEach((count, i) => (merged[Math.floor((i - BINS) / factor) + BINS] += count));
    this.counts.set(merged);
    this.width *= factor;
  }
}
