import type * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detections } from "../evaluate/detections";
import type { FixtureDetections, TensorStats } from "./fixture";

/** One comparison: passed if difference <= tolerance. */
export interface ParityCheck {
  name: string;
  /** largest difference, relative to the scale of what is compared */
  difference: number;
  tolerance: number;
}

/** A tensor as numbers in torch's order [n, c, h, w], and its shape in that order; the tensor is left to the caller. */
export function channelsFirst(tensor: tf.Tensor4D): { shape: number[]; data: Float32Array } {
  const turned = tensor.transpose([0, 3, 1, 2]), data = turned.dataSync() as Float32Array, { shape } = turned;
  turned.dispose();
  return { shape, data };
}

/** Compares a tensor with the fixture's figures of it, relative to its largest absolute value; another shape is infinitely different. */
export function compareTensor(name: string, { shape, data }: { shape: readonly number[]; data: Float32Array }, expected: TensorStats, tolerance: number): ParityCheck {
  if (shape.join() !== expected.shape.join()) return { name: `${name}, shape [${shape}] for [${expected.shape}]`, difference: Infinity, tolerance };
  const middle = Math.floor(data.length / 2), perChannel = data.length / (shape[0] * shape[1]);
  let [sum, squares, largest] = [0, 0, 0];
  for (const x of data) {
    sum += x;
    largest = Math.max(largest, Math.abs(x));
  }
  const mean = sum / data.length;
  for (const x of data) squares += (x - mean) ** 2;
  const channels = (expected.channel_mean_first8 ?? []).map((_, c) => meanOf(data.subarray(c * perChannel, (c + 1) * perChannel)));
  const pairs: [ArrayLike<number>, readonly number[]][] = [
    [[mean, Math.sqrt(squares / data.length), largest], [expected.mean, expected.std, expected.absmax]],
    [data, expected.first], [data.subarray(middle), expected.mid], [data.subarray(data.length - expected.last.length), expected.last], [channels, expected.channel_mean_first8 ?? []],
  ];
  return { name, difference: Math.max(...pairs.map(([a, b]) => largestDifference(a, b))) / expected.absmax, tolerance };
}

/** Largest |a - b| over the elements of b; infinite where a is shorter or not a number. */
export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(b).reduce((most, x, i) => Math.max(most, Number.isNaN(a[i] - x) ? Infinity : Math.abs(a[i] - x)), 0);

/**
 * Compares detections as sets: each of the fixture's has to have one of ours of the same label with a score within 1e-3
 * and IoU > 0.99, or corners within 0.01 pixels, for boxes that clipping left without area. The differences are the largest score difference, 1 - IoU, and the share by which the counts differ.
 */
export function compareDetections(name: string, ours: Detections, expected: FixtureDetections): ParityCheck[] {
  const free = new Set(ours.scores.keys());
  let [score, overlap] = [0, 0];
  expected.boxes.forEach((box, k) => {
    let best = -1, bestIou = 0;
    for (const i of free) {
      if (ours.labels[i] !== expected.labels[k] || Math.abs(ours.scores[i] - expected.scores[k]) > 1e-3) continue;
      const iou = intersectionOverUnion(ours.boxes.subarray(4 * i, 4 * i + 4), box);
      if (iou > bestIou) [best, bestIou] = [i, iou];
    }
    free.delete(best);
    score = Math.max(score, best < 0 ? Infinity : Math.abs(ours.scores[best] - expected.scores[k]));
    overlap = Math.max(overlap, 1 - bestIou);
  });
  const count = ours.scores.length;
  return [
    { name: `${name}, scores`, difference: score, tolerance: 1e-3 }, { name: `${name}, 1 - IoU`, difference: overlap, tolerance: 0.01 },
    { name: `${name}, count ${count} for ${expected.count}`, difference: Math.abs(count - expected.count) / Math.max(1, expected.count), tolerance: 0.01 },
  ];
}

const meanOf = (values: Float32Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function intersectionOverUnion(a: ArrayLike<number>, b: readonly number[]): number {
  if (largestDifference(a, b) < 0.01) return 1;
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]), height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const both = Math.max(0, width) * Math.max(0, height), area = (x: ArrayLike<number>): number => (x[2] - x[0]) * (x[3] - x[1]);
  return both / (area(a) + area(b) - both || 1);
}
