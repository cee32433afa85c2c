// up to here an insertion sort is faster than counting digits
const SMALL = 80;
const DIGITS = 6, BUCKETS = 2048;

/**
 * Sorts places by falling score, equal scores in their old order, NaN last: numpy's mergesort of -score.
 *
 * Radix sort over the 64 bits of each double in six digits, so that the time is linear; buffers are reused.
 */
export class ScoreSorter {
  // [DIGITS, BUCKETS]
  private readonly counts = new Int32Array(DIGITS * BUCKETS);
  private keys = new Float64Array(0);
  private digits = new Uint16Array(0);
  private from = new Int32Array(0);
  private to = new Int32Array(0);

  /** Sorts in place. */
  sort(places: Int32Array, scores: Float64Array): void {
    if (isSorted(places, scores)) return; // as detectors give them
    if (places.length <= SMALL) return insertionSort(places, scores);
    this.reserve(places.length);
    this.countDigits(places, scores);
    const { digits, counts } = this, n = places.length;
    let { from, to } = this;
    for (let i = 0; i < n; i++) from[i] = i;
    for (let d = 0; d < DIGITS; d++) {
      const base = d * BUCKETS;
      if (counts[base + digits[d]] === n) continue; // all equal in this digit
      for (let b = base, next = 0; b < base + BUCKETS; b++) {
        const count = counts[b];
        counts[b] = next;
        next += count;
      }
      for (let i = 0; i < n; i++) to[counts[base + digits[DIGITS * from[i] + d]]++] = from[i];
      [from, to] = [to, from];
    }
    for (let i = 0; i < n; i++) to[i] = places[from[i]];
    places.set(to.subarray(0, n));
  }

  // digits that rise as the score falls, lowest first, and how often each occurs
  private countDigits(places: Int32Array, scores: Float64Array): void {
    const { keys, digits, counts } = this, words = new Uint32Array(keys.buffer), n = places.length;
    counts.fill(0);
    for (let i = 0; i < n; i++) {
      keys[i] = 0 - scores[places[i]]; // 0 - x: one zero, never -0
      let low = words[2 * i], high = words[2 * i + 1];
      if (keys[i] !== keys[i]) low = high = ~0;
      else if (high >>> 31 === 1) [low, high] = [~low, ~high];
      else high ^= 1 << 31;
      const at = DIGITS * i;
      digits[at] = low & 0x7ff;
      digits[at + 1] = (low >>> 11) & 0x7ff;
      digits[at + 2] = low >>> 22;
      digits[at + 3] = high & 0x7ff;
      digits[at + 4] = (high >>> 11) & 0x7ff;
      digits[at + 5] = high >>> 22;
      for (let d = 0; d < DIGITS; d++) counts[d * BUCKETS + digits[at + d]]++;
    }
  }

  private reserve(n: number): void {
    if (this.keys.length >= n) return;
    const size = 2 * n;
    this.keys = new Float64Array(size);
    this.digits = new Uint16Array(DIGITS * size);
    this.from = new Int32Array(size);
    this.to = new Int32Array(size);
  }
}

function isSorted(places: Int32Array, scores: Float64Array): boolean {
  for (let i = 1; i < places.length; i++) if (!(scores[places[i - 1]] >= scores[places[i]])) return false;
  return true;
}

function insertionSort(places: Int32Array, scores: Float64Array): void {
  for (let i = 1; i < places.length; i++) {
    const place = places[i], score = scores[place];
    if (score !== score) continue; // NaN stays behind
    let j = i;
    for (; j > 0 && !(scores[places[j - 1]] >= score); j--) places[j] = places[j - 1];
    places[j] = place;
  }
}
