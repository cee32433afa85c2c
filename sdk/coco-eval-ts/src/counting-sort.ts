/**
 * `order` sorted by rising key, equal keys in their old order; linear time.
 *
 * - **order** – [n] places into keys
 * - **keys** – whole numbers in [0, buckets)
 *
 * @example countingSort(Int32Array.of(0, 1, 2), Int32Array.of(1, 0, 1), 2) // [1, 0, 2]
 */
export function countingSort(order: Int32Array, keys: Int32Array, buckets: number): Int32Array {
  const next = new Int32Array(buckets + 1);
  for (let i = 0; i < order.length; i++) next[keys[order[i]] + 1]++;
  for (let b = 1; b <= buckets; b++) next[b] += next[b - 1];
  const sorted = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[next[keys[order[i]]]++] = order[i];
  return sorted;
}

/** 0, 1, ... n - 1. */
export function identity(n: number): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  return order;
}

/** values[places[0]], values[places[1]], ... into `out`, which is returned. */
export function gather<A extends Int32Array | Uint8Array | Float64Array>(values: A, places: Int32Array, out: A): A {
  for (let i = 0; i < places.length; i++) out[i] = values[places[i]];
  return out;
}
