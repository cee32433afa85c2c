const BINS = 2048;

/**
 * ONNX Runtime's histogram for percentiles: bins over [-T, T], T the largest magnitude of the first batch; a larger one
 * adds whole bins at both ends.
 */
export class SymmetricHistogram {
  min = Infinity;
  max = -Infinity;
  private reach = 0;
  private counts = new Float64Array(BINS);

  /** - **absolute** – counts |x| and cuts one end, as its symmetric calibration */
  constructor(private readonly absolute = false) {}

  /** Takes in a batch of finite values. */
  add(values: Float32Array): void {
    const x = this.absolute ? values.map(Math.abs) : values;
    let largest = 0;
    for (const value of x) {
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      largest = Math.max(largest, Math.abs(value));
    }
    if (largest > this.reach) this.grow(largest);
    const low = this.absolute ? 0 : -this.reach, width = this.width;
    for (const value of x) this.counts[width > 0 ? Math.min(Math.floor((value - low) / width), this.counts.length - 1) : 0]++;
  }

  /** The range at percentile p: half of the rest cut at each end, at left edges of bins, within minimum and maximum. */
  percentile(p: number): { min: number; max: number } {
    const total = this.counts.reduce((a, b) => a + b, 0);
    const edge = (share: number): number => {
      let sum = 0;
      const bin = this.counts.findIndex((count) => (sum += count / total) >= share);
      return (this.absolute ? 0 : -this.reach) + this.width * (bin < 0 ? this.counts.length : bin);
    };
    if (this.absolute) return { min: -Math.min(edge(p / 100), this.max), max: Math.min(edge(p / 100), this.max) };
    const cut = (100 - p) / 200;
    return { min: Math.max(edge(cut), this.min), max: Math.min(edge(1 - cut), this.max) };
  }

  private get width(): number {
    return ((this.absolute ? 1 : 2) * this.reach) / this.counts.length;
  }

  private grow(largest: number): void {
    if (this.reach === 0) {
      this.reach = largest;
      const zeros = this.counts[0];
      this.counts[0] = 0;
      this.counts[this.absolute ? 0 : BINS / 2] = zeros;
      return;
    }
    const { width } = this, more = Math.floor((largest - this.reach) / width) + 1;
    const grown = new Float64Array(this.counts.length + (this.absolute ? more : 2 * more));
    grown.set(this.counts, this.absolute ? 0 : more);
    this.counts = grown;
    this.reach += more * width;
  }
}
