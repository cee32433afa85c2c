/**
 * Sum of n values from `start`, with the bits of numpy's add.reduce over a contiguous array.
 *
 * The order of additions is part of the result: a sum from left to right differs in the last digits.
 *
 * Source: numpy, `pairwise_sum` in loops_utils.h.src.
 */
export function pairwiseSum(values: Float64Array, start = 0, n = values.length - start): number {
  if (n < 8) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[start + i];
    return sum;
  }
  if (n <= 128) return blockSum(values, start, n);
  let half = Math.floor(n / 2);
  half -= half % 8;
  return pairwiseSum(values, start, half) + pairwiseSum(values, start + half, n - half);
}

/** Mean of n values from `start`, with the bits of numpy's mean; NaN when n is 0. */
export const pairwiseMean = (values: Float64Array, start = 0, n = values.length - start): number => pairwiseSum(values, start, n) / n;

// eight sums side by side, then joined two by two
function blockSum(a: Float64Array, start: number, n: number): number {
  let r0 = a[start], r1 = a[start + 1], r2 = a[start + 2], r3 = a[start + 3];
  let r4 = a[start + 4], r5 = a[start + 5], r6 = a[start + 6], r7 = a[start + 7];
  const end = start + n, whole = start + n - (n % 8);
  for (let i = start + 8; i < whole; i += 8) {
    r0 += a[i]; r1 += a[i + 1]; r2 += a[i + 2]; r3 += a[i + 3];
    r4 += a[i + 4]; r5 += a[i + 5]; r6 += a[i + 6]; r7 += a[i + 7];
  }
  let sum = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7));
  for (let i = whole; i < end; i++) sum += a[i];
  return sum;
}
