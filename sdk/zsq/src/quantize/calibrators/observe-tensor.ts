import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Observer } from "./observer";

const SMALL = 2 ** 15;
const ROW_LENGTHS = [64, 96, 48, 32];

/**
 * Shows all values of a tensor, float32 of any shape, to an observer. Where that wants the ends of the distribution alone,
 * TensorFlow finds the rows of values that hold them, and the rest is only counted: the result is the same in a fraction
 * of the time of copying and looking at each value.
 *
 * The tensor is left to the caller. Throws if a value is not finite.
 */
export function observeTensor(observer: Observer, x: tf.Tensor): void {
  const rows = endRows(observer, x);
  if (!rows) return observer.add(x.dataSync() as Float32Array);
  const chosen = tf.tidy(() => tf.gather(x.reshape([-1, rows.length]), tf.tensor1d(rows.chosen, "int32"))), values = chosen.dataSync() as Float32Array;
  chosen.dispose();
  observer.add(values);
  observer.tails!.skip(x.size - values.length);
}

// rows that hold the largest and smallest values that matter; undefined: look at all
function endRows({ tails }: Observer, x: tf.Tensor): { length: number; chosen: Int32Array } | undefined {
  const length = ROW_LENGTHS.find((size) => x.size % size === 0);
  if (!tails || !length || x.size < SMALL || 4 * tails.size * length > x.size) return undefined;
  const { min: low, max: high } = tails.settled(), below = ends(x, length, "min", -low), above = below && ends(x, length, "max", tails.size > 1 ? null : high);
  return above && { length, chosen: union(largest(above, high, tails.size), largest(below, -low, tails.size)) };
}

const union = (a: Int32Array, b: Int32Array): Int32Array => (b.length ? Int32Array.from(new Set([...a, ...b])).sort() : a);

// the largest value of each row, or the smallest with its sign changed; none if all are settled, which null says is not
// worth a look; undefined if one is seen that is not finite
function ends(x: tf.Tensor, length: number, end: "max" | "min", settled: number | null): Float32Array | undefined {
  if (settled !== null) {
    const whole = tf.tidy(() => (end === "max" ? x.max() : x.min().neg())), [extreme] = whole.dataSync();
    whole.dispose();
    if (!Number.isFinite(extreme)) return undefined;
    if (extreme <= settled) return new Float32Array();
  }
  const rows = tf.tidy(() => (end === "max" ? x.reshape([-1, length]).max(1) : x.reshape([-1, length]).min(1).neg())), values = rows.dataSync() as Float32Array;
  rows.dispose();
  return values;
}

const BUCKETS = 1024;

// places of values above the threshold, or if there are more than `count` those of its largest
function largest(values: Float32Array, threshold: number, count: number): Int32Array {
  const places = new Int32Array(values.length);
  let found = 0, [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value > threshold)) continue;
    places[found++] = i;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const candidates = places.subarray(0, found);
  if (max === Infinity) return candidates.filter((i) => values[i] === max); // for the observer to refuse
  if (found <= count || min === max) return candidates.subarray(0, count);
  const perBucket = (BUCKETS - 1) / (max - min), filled = new Uint32Array(BUCKETS);
  for (const i of candidates) filled[Math.floor((values[i] - min) * perBucket)]++;
  let last = BUCKETS, above = 0; // buckets from the last one up hold enough
  while (above < count) above += filled[--last];
  const kept = candidates.filter((i) => Math.floor((values[i] - min) * perBucket) >= last);
  return above < 2 * count ? kept : kept.sort((a, b) => values[b] - values[a]).subarray(0, count);
}
