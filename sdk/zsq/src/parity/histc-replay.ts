const BINS = 2048;

/** A histogram of |x| as torch has it. */
export interface HistcReplay {
  counts: Float64Array;
  /** float32; as torch.arange gives them, now and then one more than there are ends of bins */
  edges: Float32Array;
}

/**
 * The histogram that pytorch-quantization keeps by torch.histc, float32 operation by operation: values near an edge may be
 * counted in the bin beside it, and 2^24 is the most that a batch counts in a bin.
 *
 * Throws if there is no batch.
 *
 * Source: pytorch-quantization's HistogramCalibrator; the arithmetic of torch's histc, linspace and arange on a CPU.
 */
export function histcReplay([first, ...later]: readonly Float32Array[]): HistcReplay {
  if (!first) throw new Error("histcReplay: missing batches; expected at least one");
  let edges = linspace(largest(first), BINS + 1), counts = histc(first, BINS, largest(first));
  for (const batch of later) {
    const max = largest(batch);
    let bins = counts.length;
    if (max > edges[edges.length - 1]) {
      const width = Math.fround(edges[1] - edges[0]);
      bins = Math.ceil(Math.fround(max / width));
      edges = arange(Math.fround(max + width), width);
    }
    const next = histc(batch, bins, edges[edges.length - 1]);
    counts.forEach((count, i) => (next[i] = Math.fround(next[i] + count)));
    counts = next;
  }
  return { counts, edges };
}

const largest = (values: Float32Array): number => values.reduce((max, x) => Math.max(max, Math.abs(x)), 0);

function histc(values: Float32Array, bins: number, max: number): Float64Array {
  const counts = new Float32Array(bins);
  for (const value of values) {
    const bin = Math.floor(Math.fround(Math.fround(Math.abs(value) * bins) / max));
    if (bin <= bins) counts[Math.min(bin, bins - 1)]++; // what is beyond the last edge is not counted
  }
  return Float64Array.from(counts);
}

// from both ends, as torch does
function linspace(end: number, steps: number): Float32Array {
  const step = Math.fround(end / (steps - 1));
  return Float32Array.from({ length: steps }, (_, i) => (i < Math.floor(steps / 2) ? step * i : end - Math.fround(step * (steps - 1 - i))));
}

const arange = (end: number, step: number): Float32Array => Float32Array.from({ length: Math.ceil(end / step) }, (_, i) => i * step);
