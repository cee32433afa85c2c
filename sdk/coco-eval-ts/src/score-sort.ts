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
  const keys = risingKeys(order, scores);
  let from: Int32Array = order, to: Int32Array = new Int32Array(n), keysFrom: Uint16Array = keys, keysTo: Uint16Array = new Uint16Array(4 * n);
  for (let digit = 0; digit < 4; digit++) {
    const next = new Int32Array(65537);
    for (let i = 0; i < n; i++) next[keysFrom[4 * i + digit] + 1]++;
    if (next[keysFrom[digit] + 1] === n) continue; // all equal in this digit
    for (let b = 1; b <= 65536; b++) next[b] += next[b - 1];
    for (let i = 0; i < n; i++) {
      const at = next[keysFrom[4 * i + digit]]++;
      to[at] = from[i];
      for (let c = digit; c < 4; c++) keysTo[4 * at + c] = keysFrom[4 * i + c];
    }
    [from, to] = [to, from === order ? new Int32Array(n) : from]; // never write into the caller's order
    [keysFrom, keysTo] = [keysTo, keysFrom];
  }
  return from === order ? order.slice() : from;
}

function sortSmall(order: Int32Array, scores: Float64Array): Int32Array {
  const places = new Int32Array(order.length);
  for (let i = 0; i < places.length; i++) places[i] = i;
  const value = (i: number): number => scores[order[i]];
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
