import { identity } from "./counting-sort";

// below this a comparison sort is faster than four passes over 65,536 buckets
const SMALL = 4096;

/**
 * `order` sorted by falling score, equal scores in their old order, NaN last: numpy's mergesort of -score.
 *
 * Radix sort over the 64 bits of each double, so that the time is linear in n.
 *
 * - **order** – [n] places into scores
 */
export function sortByScore(order: Int32Array, scores: Float64Array): Int32Array {
  const n = order.length;
  if (n < SMALL) return sortSmall(order, scores);
  const keys = risingKeys(order, scores), next = new Int32Array(65537);
  let from: Int32Array = identity(n), to: Int32Array = new Int32Array(n);
  for (let digit = 0; digit < 4; digit++) {
    next.fill(0);
    for (let at = digit; at < 4 * n; at += 4) next[keys[at] + 1]++;
    if (next[keys[digit] + 1] === n) continue; // all equal in this digit
    for (let b = 1; b <= 65536; b++) next[b] += next[b - 1];
    for (let i = 0; i < n; i++) to[next[keys[4 * from[i] + digit]]++] = from[i];
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) from[i] = order[from[i]];
  return from;
}

function sortSmall(order: Int32Array, scores: Float64Array): Int32Array {
  const places = identity(order.length), value = (i: number): number => scores[order[i]];
  places.sort((a, b) => {
    const x = value(a), y = value(b);
    if (x > y) return -1;
    if (x < y) return 1;
    if (x === y) return a - b;
    return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
  });
  return places.map((i) => order[i]);
}

// four 16-bit digits per score, lowest first, that rise as the score falls
function risingKeys(order: Int32Array, scores: Float64Array): Uint16Array {
  const n = order.length, negated = new Float64Array(n);
  for (let i = 0; i < n; i++) negated[i] = 0 - scores[order[i]]; // 0 - x: one zero, never -0
  const keys = new Uint16Array(negated.buffer);
  for (let i = 0; i < n; i++) {
    const at = 4 * i;
    if (Number.isNaN(negated[i])) keys.fill(0xffff, at, at + 4);
    else if (keys[at + 3] & 0x8000) for (let c = 0; c < 4; c++) keys[at + c] ^= 0xffff;
    else keys[at + 3] |= 0x8000;
  }
  return keys;
}
