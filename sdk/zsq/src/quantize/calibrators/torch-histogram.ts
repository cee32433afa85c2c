import { l2Bins } from "./l2-search";

const BINS = 2048;
const UPSAMPLING = 16;

/**
 * torch.ao's HistogramObserver: 2048 bins between minimum and maximum. When a batch widens them the old bins are cut in
 * 16 and moved into the new ones by their middles, so that the result depends on the order of the batches.
 */
export class TorchHistogram {
  min = Infinity;
  max = -Infinity;
  private counts: Float64Array = new Float64Array(BINS);

  /** Takes in a batch of finite values. */
  add(values: Float32Array): void {
    let [low, high] = [this.min, this.max];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const counts = low === this.min && high === this.max ? this.counts : this.widened(low, high);
    const width = (high - low) / BINS;
    for (const value of values) counts[width > 0 ? Math.min(Math.floor((value - low) / width), BINS - 1) : 0]++;
    [this.counts, this.min, this.max] = [counts, low, high];
  }

  /** The range of the L2 search. */
  range(bits: number): { min: number; max: number } {
    const width = (this.max - this.min) / BINS, [from, to] = l2Bins(this.counts, width, 2 ** bits);
    return { min: this.min + width * from, max: this.min + width * (to + 1) };
  }

  private widened(low: number, high: number): Float64Array {
    const counts = new Float64Array(BINS);
    if (this.min > this.max) return counts;
    const part = (this.max - this.min) / (BINS * UPSAMPLING), width = (high - low) / BINS;
    for (let k = 0; k < BINS * UPSAMPLING; k++) {
      const middle = this.min + (k + 0.5) * part;
      counts[Math.min(Math.max(Math.floor((middle - low) / width), 0), BINS - 1)] += this.counts[Math.floor(k / UPSAMPLING)] / UPSAMPLING;
    }
    return counts;
  }
}
