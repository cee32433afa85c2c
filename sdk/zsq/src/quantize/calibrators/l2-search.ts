const STEP = 1e-5;

/**
 * The first and last bin of the range that torch.ao's HistogramObserver chooses: bins are dropped, 1e-5 of the values at a
 * time, from the end at which that frees more of them, as long as the expected squared error of `levels` levels does not rise.
 *
 * - **counts** – of bins of equal width
 *
 * Source: torch.ao.quantization.observer.HistogramObserver, itself after Caffe2's norm minimization.
 */
export function l2Bins(counts: Float64Array, width: number, levels: number): [number, number] {
  const sums = new Float64Array(counts.length);
  let total = 0;
  for (let i = 0; i < counts.length; i++) sums[i] = total += counts[i];
  let [from, to, least, alpha, beta] = [0, counts.length - 1, Infinity, 0, 1];
  while (alpha < beta) {
    let [left, right] = [from, to];
    while (left < to && sums[left] < (alpha + STEP) * total) left++;
    while (right > from && sums[right] > (beta - STEP) * total) right--;
    const before = [from, to], fromLeft = left - from > to - right;
    if (fromLeft) alpha += STEP;
    else beta -= STEP;
    const [nextFrom, nextTo] = fromLeft ? [left, to] : [from, right];
    if (nextFrom === before[0] && nextTo === before[1]) continue;
    const error = expectedError(counts, width, levels, nextFrom, nextTo);
    if (error > least) break;
    [least, from, to] = [error, nextFrom, nextTo];
  }
  return [from, to];
}

// Sum over bins of the integral of density * distance^2 to the centre of the level that holds each part of the bin.
function expectedError(counts: Float64Array, width: number, levels: number, from: number, to: number): number {
  const step = (width * (to - from + 1)) / levels;
  if (step === 0) return 0;
  const level = (x: number): number => Math.min(Math.max(Math.floor(x / step), 0), levels - 1);
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    const begin = (i - from) * width, end = begin + width, first = level(begin), last = level(end);
    const integral = cubes(begin - (first + 0.5) * step, step / 2) + (last - first - 1) * cubes(-step / 2, step / 2) + cubes(-step / 2, end - (last + 0.5) * step);
    sum += (counts[i] / width) * integral;
  }
  return sum;
}

const cubes = (from: number, to: number): number => (to ** 3 - from ** 3) / 3;
