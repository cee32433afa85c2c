import * as tf from "@tensorflow/tfjs-node-gpu";
import { forEachRun, groupsOf, perTensor, type Granularity } from "./granularity";

/** An interval of values, in the units of the tensor. */
export interface Range {
  min: number;
  max: number;
}

/**
 * Minimum and maximum of each group of values that will share a scale: one range, or one per index or group of the axis.
 *
 * - **x** – float32, not empty
 *
 * Throws if x is empty or holds a NaN or an infinity.
 *
 * @example rangesOf(tf.tensor2d([[1, -2], [3, 4]]), perAxis(1)) // [{ min: 1, max: 3 }, { min: -2, max: 4 }]
 */
export function rangesOf(x: tf.Tensor, granularity: Granularity = perTensor): Range[] {
  const layout = groupsOf(x.shape, granularity), { groups } = layout;
  if (x.size === 0) throw new Error(`rangesOf: invalid shape: [${x.shape}]; expected at least one value`);
  const values = x.dataSync();
  const [min, max] = [new Float64Array(groups).fill(Infinity), new Float64Array(groups).fill(-Infinity)];
  forEachRun(x.shape, layout, (from, to, group) => {
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) throw new Error(`rangesOf: invalid value: ${value} at position ${i}; expected finite values`);
      if (value < min[group]) min[group] = value;
      if (value > max[group]) max[group] = value;
    }
  });
  return Array.from(min, (low, group) => ({ min: low, max: max[group] }));
}

/**
 * The values that normalized 8-bit images can take: from black of the channel with the lowest to white of the channel
 * with the highest (x - mean) / std. Known without any data.
 *
 * - **image** – mean and std of images in [0, 1], one per channel
 *
 * @example imageRange({ mean: [0.5, 0.25], std: [0.25, 0.25] }) // { min: -2, max: 3 }
 */
export function imageRange({ mean, std }: { mean: readonly number[]; std: readonly number[] }): Range {
  return { min: Math.min(...mean.map((m, c) => -m / std[c])), max: Math.max(...mean.map((m, c) => (1 - m) / std[c])) };
}
