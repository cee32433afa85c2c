// numpy's spacing(1): keeps 0 / 0 away, and makes the precision of a lone true positive 0.9999999999999998
const EPS = 2 ** -52;

/** Status of a detection at one area range and IoU threshold. */
export const FALSE_POSITIVE = 0;
/** See FALSE_POSITIVE. */
export const TRUE_POSITIVE = 1;
/** Counts neither for nor against; see FALSE_POSITIVE. */
export const IGNORED = 2;

/** Ranked detections: statuses[offset + slots[i]] for i = 0 ... n - 1, by falling score. */
export interface Ranking {
  statuses: Uint8Array;
  offset: number;
  /** [n] */
  slots: Int32Array;
}

/**
 * A ranking without the detections that overlap nothing: their status is the same at every threshold, so that it is
 * enough to count them once.
 */
export interface ShortRanking extends Ranking {
  /** detections in `slots` that count */
  count: number;
  /** [count], false positives that were left out before each */
  skipped: Int32Array;
}

/** Leaves out what overlaps nothing; see ShortRanking. Room is taken from `into`. */
export function shorten({ statuses, offset, slots }: Ranking, active: Uint8Array, into: { slots: Int32Array; skipped: Int32Array }): ShortRanking {
  let count = 0, skipped = 0;
  for (let i = 0; i < slots.length; i++) {
    const s = slots[i];
    if (active[s] === 1) {
      into.slots[count] = s;
      into.skipped[count++] = skipped;
    } else if (statuses[offset + s] === FALSE_POSITIVE) skipped++;
  }
  return { statuses, offset, slots: into.slots, skipped: into.skipped, count };
}

/** Precision and detection at each true positive, in falling score; room for as many as there may be. */
export class PrecisionCurve {
  /** true positives */
  count = 0;
  /** [count]; after the last call of trace or traceWeighted the largest precision at this or any higher recall */
  readonly precision: Float64Array;
  /** [count], slot of each true positive */
  readonly slot: Int32Array;

  constructor(capacity: number) {
    this.precision = new Float64Array(capacity);
    this.slot = new Int32Array(capacity);
  }

  /** Walks the ranking; recall changes only at true positives, so only these are kept. */
  trace({ statuses, offset, slots, skipped, count }: ShortRanking): this {
    const { precision, slot } = this;
    let tp = 0, fp = 0;
    for (let i = 0; i < count; i++) {
      const status = statuses[offset + slots[i]];
      if (status === FALSE_POSITIVE) fp++;
      else if (status === TRUE_POSITIVE) {
        slot[tp++] = slots[i];
        precision[tp - 1] = tp / (fp + skipped[i] + tp + EPS);
      }
    }
    return this.finish(tp);
  }

  /** The same where the detection of slot s occurs copies[imageOf[s]] times in a row. */
  traceWeighted({ statuses, offset, slots }: Ranking, copies: Int32Array, imageOf: Int32Array): this {
    const { precision, slot } = this;
    let tp = 0, fp = 0;
    for (let i = 0; i < slots.length; i++) {
      const s = slots[i], status = statuses[offset + s];
      if (status === IGNORED) continue;
      let n = copies[imageOf[s]];
      if (status === FALSE_POSITIVE) fp += n;
      else for (; n > 0; n--) {
        slot[tp++] = s;
        precision[tp - 1] = tp / (fp + tp + EPS);
      }
    }
    return this.finish(tp);
  }

  // the envelope: from the right, no precision below a later one
  private finish(tp: number): this {
    const { precision } = this;
    for (let i = tp - 1; i > 0; i--) if (precision[i] > precision[i - 1]) precision[i - 1] = precision[i];
    this.count = tp;
    return this;
  }

  /**
   * Index of the first true positive at which the recall reaches the threshold, `count` where none does.
   *
   * - **positives** – ground truths, > 0
   * - **from** – an index known not to be too far
   */
  indexAt(threshold: number, positives: number, from = 0): number {
    let i = from;
    while (i < this.count && (i + 1) / positives < threshold) i++;
    return i;
  }
}
