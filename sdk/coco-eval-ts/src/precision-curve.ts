// numpy's spacing(1): keeps 0 / 0 away, and makes the precision of a lone true positive 0.9999999999999998
const EPS = 2 ** -52;

/** Status of a detection at one area range and IoU threshold. */
export const FALSE_POSITIVE = 0;
/** See FALSE_POSITIVE. */
export const TRUE_POSITIVE = 1;
/** Counts neither for nor against; see FALSE_POSITIVE. */
export const IGNORED = 2;

/**
 * Ranked detections: the i-th, by falling score, has status statuses[rows[i] * stride + offset].
 *
 * Detections that overlap nothing need no row: their status is the same at every threshold, so that it is enough to
 * count the false positives among them.
 */
export interface Ranking {
  statuses: Uint8Array;
  stride: number;
  offset: number;
  /** [count] */
  rows: Int32Array;
  /** [count] */
  slots: Int32Array;
  /** [count], false positives without a row before each */
  skipped: Int32Array;
  count: number;
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
  trace({ statuses, stride, offset, rows, slots, skipped, count }: Ranking): this {
    const { precision, slot } = this;
    let tp = 0, fp = 0;
    for (let i = 0; i < count; i++) {
      const status = statuses[rows[i] * stride + offset];
      if (status === FALSE_POSITIVE) fp++;
      else if (status === TRUE_POSITIVE) {
        slot[tp++] = slots[i];
        precision[tp - 1] = tp / (fp + skipped[i] + tp + EPS);
      }
    }
    return this.finish(tp);
  }

  /**
   * The same where the detection of slot s occurs copies[imageOf[s]] times in a row.
   *
   * - **slots** – ranked; the status of slot s is statuses[offset + s]
   */
  traceWeighted(statuses: Uint8Array, offset: number, slots: Int32Array, copies: Int32Array, imageOf: Int32Array): this {
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

  /** Precision at the n-th true positive, and at the first detection for n = 0. */
  precisionAt(n: number): number {
    return this.count === 0 ? 0 : this.precision[n === 0 ? 0 : n - 1];
  }
}

/**
 * How many true positives reach each recall threshold: the smallest n with n / positives >= threshold, 0 for
 * thresholds <= 0, more than `positives` for those that cannot be reached.
 *
 * - **positives** – ground truths, > 0
 *
 * @example neededForRecall([0, 0.5, 0.51], 4) // [0, 2, 3]
 */
export function neededForRecall(recThrs: readonly number[], positives: number): Int32Array {
  return Int32Array.from(recThrs, (threshold) => {
    if (threshold <= 0) return 0;
    if (threshold > 1) return positives + 1;
    let n = Math.max(1, Math.floor(threshold * positives) - 1); // the product may be rounded: start below
    while (n / positives < threshold) n++;
    return n;
  });
}
