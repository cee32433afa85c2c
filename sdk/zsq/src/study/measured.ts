/** What a piece of work cost. */
export interface Cost {
  /** wall time on one thread */
  seconds: number;
  /** largest resident memory of the process that was seen meanwhile, MiB (2^20 bytes) */
  peakMiB: number;
}

/** Watches time and memory while something runs; call look() now and then, as on progress. */
export class Meter {
  private readonly start = performance.now();
  private peak = process.memoryUsage.rss();

  look(): void {
    this.peak = Math.max(this.peak, process.memoryUsage.rss());
  }

  cost(): Cost {
    this.look();
    return { seconds: Math.round((performance.now() - this.start) / 10) / 100, peakMiB: Math.round(this.peak / 2 ** 20) };
  }
}
