/** numpy's linspace in float32: `start + i * step`, each operation rounded; the last is `stop` itself. */
export function linspace(start: number, stop: number, count: number): Float32Array {
  const step = Math.fround(Math.fround(stop - start) / (count - 1)), values = Float32Array.from({ length: count }, (_, i) => Math.fround(i * step) + start);
  values[count - 1] = stop;
  return values;
}

/** numpy's arange of three float32 numbers: float64, from a rounded count and a rounded second value; now and then one too many. */
export function arange(start: number, stop: number, step: number): Float64Array {
  const count = Math.max(0, Math.ceil(Math.fround(Math.fround(stop - start) / step))), taken = Math.fround(start + step) - start;
  return Float64Array.from({ length: count }, (_, i) => start + i * taken);
}

/** numpy's `a // b` in float32, for a >= 0 and b > 0. */
export function floorDivide(a: number, b: number): number {
  const quotient = Math.fround(Math.fround(a - (a % b)) / b), floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** How many values lie between neighbouring edges, the last of them included; what lies beyond is not counted. */
export function histogram(values: Float32Array, edges: Float32Array | Float64Array): Float64Array {
  const bins = edges.length - 1, counts = new Float64Array(bins);
  for (const value of values) {
    if (!(value >= edges[0] && value <= edges[bins])) continue;
    let [low, high] = [0, bins]; // edges[low] <= value, and value < edges[high] or high is the end
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (value >= edges[middle]) low = middle;
      else high = middle;
    }
    counts[low]++;
  }
  return counts;
}

/** numpy's sum in float32: eight sums side by side in blocks of at most 128 values, blocks in pairs. */
export function pairwiseSum(values: Float32Array): number {
  const n = values.length;
  if (n < 8) return values.reduce((sum, x) => Math.fround(sum + x), 0);
  if (n > 128) {
    const half = Math.floor(n / 2), cut = half - (half % 8);
    return Math.fround(pairwiseSum(values.subarray(0, cut)) + pairwiseSum(values.subarray(cut)));
  }
  const sums = values.slice(0, 8), even = n - (n % 8);
  for (let i = 8; i < even; i++) sums[i % 8] += values[i];
  const add = (a: number, b: number): number => Math.fround(a + b), [a, b, c, d, e, f, g, h] = sums;
  return values.subarray(even).reduce(add, add(add(add(a, b), add(c, d)), add(add(e, f), add(g, h))));
}
