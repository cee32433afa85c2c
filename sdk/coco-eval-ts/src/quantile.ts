/**
 * The quantile p in [0, 1] of rising values, linear between neighbours.
 *
 * Source: definition 7 of Hyndman and Fan 1996, the default of numpy and R.
 *
 * @example quantile(Float64Array.of(1, 2, 4), 0.75) // 3
 */
export function quantile(sorted: Float64Array, p: number): number {
  const position = (sorted.length - 1) * p, below = Math.floor(position);
  const low = sorted[below], high = sorted[Math.min(below + 1, sorted.length - 1)];
  return low + (high - low) * (position - below);
}
