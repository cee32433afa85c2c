import { DyadicHistogram } from "./dyadic-histogram";

/** A histogram of which the empty bins at both ends are left out, in arrays that are exact in float32. */
export interface PackedHistogram {
  /** of a bin */
  width: number;
  min: number;
  max: number;
  /** number of the first bin that is kept */
  first: number;
  /** [2, n]: counts divided by 2^20, and what is left */
  counts: Float32Array;
}

const HIGH = 2 ** 20;

/** Exact below counts of 2^44. */
export function packHistogram({ counts, width, min, max }: DyadicHistogram): PackedHistogram {
  const first = Math.max(counts.findIndex((count) => count > 0), 0);
  let last = counts.length - 1;
  while (last > first && counts[last] === 0) last--;
  const kept = counts.subarray(first, last + 1);
  const packed = new Float32Array(2 * kept.length);
  kept.forEach((count, i) => {
    packed[i] = Math.floor(count / HIGH);
    packed[kept.length + i] = count % HIGH;
  });
  return { width, min, max, first, counts: packed };
}

/** The histogram that packHistogram packed. */
export function unpackHistogram({ width, min, max, first, counts }: PackedHistogram): DyadicHistogram {
  const histogram = new DyadicHistogram();
  const bins = counts.length / 2;
  for (let i = 0; i < bins; i++) {
    histogram.counts[first + i] = counts[i] * HIGH + counts[bins + i];
    histogram.count += histogram.counts[first + i];
  }
  return Object.assign(histogram, { width, min, max });
}
