import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Observer } from "./observer";

const SMALL = 2 ** 15;
const ROW_LENGTHS = [64, 96, 48, 32];

/**
 * Shows all values of a tensor, float32 of any shape, to an observer. Where that wants the ends of the distribution alone,
 * TensorFlow finds the rows of values that hold them, of which the observer sees the values that matter; the rest is only
 * counted: the result is the same in a fraction of the time of copying and looking at each value.
 *
 * The tensor is left to the caller. Throws if a value is not finite.
 */
export function observeTensor(observer: Observer, x: tf.Tensor): void {
  const rows = endRows(observer, x);
  if (!rows) return observer.add(x.dataSync() as Float32Array);
  const chosen = tf.tidy(() => tf.gather(x.reshape([-1, rows.length]), tf.tensor1d(rows.chosen, "int32"))), values = outer(chosen.dataSync() as Float32Array, rows, observer.tails!.size);
  chosen.dispose();
  observer.add(values);
  observer.tails!.skip(x.size - values.length);
}

interface EndRows {
  length: number;
  chosen: Int32Array;
  /** values below `low`, above `high`, and so many of each of these two that the ends are complete, matter */
  low: number;
  high: number;
}

// rows that hold the largest and smallest values that matter; undefined: look at all
function endRows({ tails }: Observer, x: tf.Tensor): EndRows | undefined {
  const length = ROW_LENGTHS.find((size) => x.size % size === 0);
  if (!tails || !length || x.size < SMALL || 4 * tails.size * length > x.size) return undefined;
  const { min: low, max: high } = tails.settled(), below = ends(x, length, "min", -low), above = below && ends(x, length, "max", tails.size > 1 ? null : high);
  if (!above) return undefined;
  const upper = largest(above, high, tails.size), lower = largest(below, -low, tails.size);
  return { length, chosen: union(upper.places, lower.places), low: -lower.least, high: upper.least };
}

function union(a: Int32Array, b: Int32Array): Int32Array {
  if (!b.length) return a;
  const both = new Int32Array(a.length + b.length);
  let [count, i, j] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const place = both[count++] = j === b.length || a[i] <= b[j] ? a[i] : b[j]; // past its end a[i] is undefined, and not <=
    if (a[i] === place) i++;
    if (b[j] === place) j++;
  }
  return both.subarray(0, count);
}

// the values that matter, and any that are not finite
function outer(values: Float32Array, { low, high }: EndRows, size: number): Float32Array {
  const kept = new Float32Array(values.length);
  let [count, lows, highs, above, below] = [0, 0, 0, low, high];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value > above && value < below) continue; // nearly always
    kept[count++] = value;
    if (value === low && ++lows === size) above = justBelow(low);
    if (value === high && ++highs === size) below = -justBelow(-high);
  }
  return kept.subarray(0, count);
}

// less, by less than float32 can tell
const justBelow = (x: number): number => (x === 0 ? -Number.MIN_VALUE : x - Math.abs(x) * 2 ** -40);

// the largest value of each row, or the smallest with its sign changed; none if all are settled, which null says is not
// worth a look; undefined if one is seen that is not finite
function ends(x: tf.Tensor, length: number, end: "max" | "min", settled: number | null): Float32Array | undefined {
  if (settled !== null) {
    const whole = end === "max" ? x.max() : x.min(), extreme = (end === "max" ? 1 : -1) * whole.dataSync()[0];
    whole.dispose();
    if (!Number.isFinite(extreme)) return undefined;
    if (extreme <= settled) return new Float32Array();
  }
  const rows = tf.tidy(() => (end === "max" ? x.reshape([-1, length]).max(1) : x.reshape([-1, length]).min(1).neg())), values = rows.dataSync() as Float32Array;
  rows.dispose();
  return values;
}

const BUCKETS = 4096;

// places, rising, of values above the threshold, or if there are more than `count` those of its largest; of equal ones
// as many as count. least: what single values need to have to matter
function largest(values: Float32Array, threshold: number, count: number): { places: Int32Array; least: number } {
  const places = new Int32Array(values.length);
  let found = 0, [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value > threshold)) continue;
    places[found++] = i;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const all = places.subarray(0, found);
  if (max === Infinity) return { places: all.filter((i) => values[i] === max), least: max }; // for the observer to refuse
  if (found <= count) return { places: all, least: threshold };
  if (min === max) return { places: all.subarray(0, count), least: min };
  const perBucket = (BUCKETS - 1) / (max - min), filled = new Uint32Array(BUCKETS);
  for (let k = 0; k < found; k++) filled[Math.floor((values[places[k]] - min) * perBucket)]++;
  let last = BUCKETS, above = 0; // buckets from the last one up hold enough
  while (above < count) above += filled[--last];
  let [kept, least] = [0, Infinity];
  for (let k = 0; k < found; k++) {
    const place = places[k], value = values[place];
    if (Math.floor((value - min) * perBucket) < last) continue;
    places[kept++] = place;
    if (value < least) least = value;
  }
  return { places: places.subarray(0, kept), least };
}
