import type { Range } from "./range";

/**
 * How many of the n largest values decide the percentile: those from position (n - 1) * p / 100 up.
 *
 * @example tailSize(20011, 99.99) // 4
 */
export const tailSize = (n: number, percentile: number): number => n - Math.floor(upperPosition(n, percentile));

// position of the percentile among n sorted values, counted from 0
const upperPosition = (n: number, percentile: number): number => (n - 1) * (percentile / 100);

/**
 * The percentile p of n values from the largest of them: the value at position (n - 1) * p / 100 of all in rising
 * order, counted from 0, linear between neighbours.
 *
 * - **descending** – at least the tailSize(n, p) largest values, in falling order
 *
 * Source: definition 7 of Hyndman and Fan 1996, the default of numpy, R and d3.
 */
export function upperPercentile(descending: ArrayLike<number>, n: number, percentile: number): number {
  const position = upperPosition(n, percentile);
  const below = Math.floor(position), t = position - below;
  const low = descending[n - 1 - below], high = descending[Math.max(n - 2 - below, 0)];
  return t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t); // numpy's form: exact at both ends
}

/**
 * The largest and the smallest of a stream of values, exact whatever their order and however they are cut into batches.
 * Holds at most 4 * capacity float32 values (16 bytes for each of the capacity).
 */
export class Extremes {
  /** values seen */
  count = 0;
  private readonly high: Largest;
  private readonly low: Largest;

  /**
   * - **name** – what the values are, for error messages
   * - **capacity** – how many of the largest and of the smallest values to keep, >= 1
   */
  constructor(private readonly name: string, private readonly capacity: number) {
    this.high = new Largest(capacity);
    this.low = new Largest(capacity);
  }

  /** Takes in values; throws if one is NaN or infinite. */
  add(values: Float32Array): void {
    const { high, low } = this;
    let top = high.threshold, bottom = -low.threshold;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value <= top && value >= bottom) continue; // nearly always
      if (!Number.isFinite(value)) throw new Error(`calibrate: invalid ${this.name}: ${value}; expected finite values`);
      if (value > top) top = high.add(value);
      if (value < bottom) bottom = -low.add(-value);
    }
    this.count += values.length;
  }

  /** How many of the values at each end are kept. */
  get size(): number {
    return this.capacity;
  }

  /** The values within, ends included, that no longer matter but for their number; none at first. */
  settled(): Range {
    return { min: -this.low.threshold, max: this.high.threshold };
  }

  /** Takes in so many values that do not matter: the others at hand hold as many, at both ends, as are kept. */
  skip(count: number): void {
    this.count += count;
  }

  /** The percentile p of all values; its counterpart at the lower end is lower(p), the percentile 100 - p. */
  upper(percentile: number): number {
    return this.percentileOf(this.high, percentile);
  }

  /** The percentile 100 - p of all values: upper(p) of the negated values, negated. */
  lower(percentile: number): number {
    return 0 - this.percentileOf(this.low, percentile); // never -0
  }

  /** The smallest value. */
  get min(): number {
    return this.lower(100);
  }

  /** The percentile p of the absolute values. */
  magnitude(percentile: number): number {
    const largest = new Largest(this.high.capacity);
    for (const tail of [this.high, this.low]) {
      for (const value of tail.descending()) if (value > 0 && value > largest.threshold) largest.add(value);
    }
    return this.percentileOf(largest, percentile);
  }

  private percentileOf(tail: Largest, percentile: number): number {
    const needed = tailSize(this.count, percentile);
    if (this.count === 0) throw new Error(`calibrate: missing ${this.name}; expected at least one value`);
    if (needed > tail.capacity) throw new RangeError(`calibrate: invalid percentile: ${percentile} of ${this.count} values; expected one within the ${tail.capacity} kept at each end of ${this.name}`);
    const descending = new Float32Array(needed); // magnitudes not held are 0
    descending.set(tail.descending().subarray(0, needed));
    return upperPercentile(descending, this.count, percentile);
  }
}

// The `capacity` largest of the values given. When twice as many are held, the smaller half is dropped.
class Largest {
  /** a value must exceed it to matter */
  threshold = -Infinity;
  private readonly held: Float32Array;
  private size = 0;

  constructor(readonly capacity: number) {
    this.held = new Float32Array(2 * capacity);
  }

  // takes in a value above the threshold; returns the new threshold
  add(value: number): number {
    this.held[this.size++] = value;
    if (this.size === this.held.length) {
      this.held.set(this.held.sort().subarray(this.capacity));
      this.size = this.capacity;
      this.threshold = this.held[0];
    }
    return this.threshold;
  }

  descending(): Float32Array {
    return this.held.slice(0, this.size).sort().reverse();
  }
}
