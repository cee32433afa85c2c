const BINS = 2048;

/**
 * ONNX Runtime's histograms for percentiles, whose first batch fixes the width of the bins: of x over [-T, T], T the
 * largest magnitude, to which whole bins are added at both ends; or absolute, of |x| from its minimum to its maximum, to
 * which bins are added above, and which loses what later batches hold below.
 */
export class SymmetricHistogram {
  min = Infinity;
  max = -Infinity;
  private low = 0;
  private high = 0;
  private counts = new Float64Array(BINS);

  /** - **absolute** – counts |x| and cuts one end, as its symmetric calibration */
  constructor(private readonly absolute = false) {}

  /** Takes in a batch of finite values. */
  add(values: Float32Array): void {
    const x = this.absolute ? values.map(Math.abs) : values;
    let [smallest, largest] = [Infinity, -Infinity];
    for (const value of x) {
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
    }
    [this.min, this.max] = [Math.min(this.min, smallest), Math.max(this.max, largest)];
    this.cover(smallest, largest);
    const { low, width, counts } = this;
    for (const value of x) if (value >= low) counts[width > 0 ? Math.min(Math.floor((value - low) / width), counts.length - 1) : 0]++;
  }

  /** The range at percentile p: half of the rest cut at each end, at left edges of bins, within minimum and maximum. */
  percentile(p: number): { min: number; max: number } {
    const total = this.counts.reduce((a, b) => a + b, 0);
    const edge = (share: number): number => {
      let sum = 0;
      const bin = this.counts.findIndex((count) => (sum += count / total) >= share);
      return this.low + this.width * (bin < 0 ? this.counts.length : bin);
    };
    const cut = this.absolute ? (100 - p) / 100 : (100 - p) / 200, max = Math.min(edge(1 - cut), this.max);
    return { min: this.absolute ? -max : Math.max(edge(cut), this.min), max };
  }

  private get width(): number {
    return (this.high - this.low) / this.counts.length;
  }

  // the first values that differ fix the bins, larger ones add some
  private cover(smallest: number, largest: number): void {
    const reach = Math.max(-smallest, largest), { width, low, counts } = this;
    if (width === 0) {
      [this.low, this.high] = this.absolute ? [smallest, largest] : [-reach, reach];
      if (!this.absolute) counts.copyWithin(BINS / 2, 0, 1).fill(0, 0, 1); // zeros so far
    } else if (reach > this.high) {
      const more = this.absolute ? Math.ceil((reach - this.high) / width - 1e-9) : Math.floor((reach - this.high) / width) + 1;
      this.counts = new Float64Array(counts.length + (this.absolute ? more : 2 * more));
      this.counts.set(counts, this.absolute ? 0 : more);
      [this.low, this.high] = [this.absolute ? low : low - more * width, this.high + more * width];
    }
  }
}
