import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Detector } from "../nn/detector";
import { activationExtremes } from "./activation-extremes";

/** Where a batch stands before a step. */
export interface DistillState {
  iteration: number;
  /** of each image */
  losses: readonly number[];
  /** [n, h, w, 3]; stays the distillation's */
  images: tf.Tensor4D;
}

/** Says for a batch, at every iteration, which of its images are done. An image that is done stays as it is. */
export type StopRule = (detector: Detector) => (state: DistillState) => readonly boolean[];

/**
 * An image is done when its loss has not fallen below (1 - improvement) times its best for `patience` iterations.
 *
 * - **improvement** – relative; default 0.01
 * - **patience** – default 10
 */
export const lossPlateau = ({ improvement = 0.01, patience = 10 } = {}): StopRule => () => {
  const best: number[] = [], since: number[] = [];
  return ({ iteration, losses }) => losses.map((loss, k) => {
    if (!(loss >= (1 - improvement) * (best[k] ?? Infinity))) [best[k], since[k]] = [loss, iteration];
    return iteration - since[k] >= patience;
  });
};

/**
 * An image is done when the ranges that it would calibrate have settled: for each convolution of the ResNet the extremes
 * of what enters it; on average over convolutions they moved by less than `change` of their width in `every` iterations.
 *
 * - **change** – default 0.01
 * - **every** – default 10
 */
export const rangeStable = ({ change = 0.01, every = 10 } = {}): StopRule => (detector) => {
  let before: { low: Float32Array; high: Float32Array } | null = null; // [layers, n]
  let settled: boolean[] | null = null;
  return ({ iteration, images }) => {
    const n = images.shape[0];
    settled ??= new Array<boolean>(n).fill(false);
    if (iteration % every !== 0) return settled;
    const now = activationExtremes(detector, images);
    if (before) {
      const moved = new Array<number>(n).fill(0), layers = now.low.length / n;
      for (let i = 0; i < now.low.length; i++) {
        const width = now.high[i] - now.low[i] || 1;
        moved[i % n] += Math.max(Math.abs(now.low[i] - before.low[i]), Math.abs(now.high[i] - before.high[i])) / width / layers;
      }
      settled = moved.map((x) => x < change);
    }
    before = now;
    return settled;
  };
};

/** The rules with their defaults, by name. */
export const stopRules = { loss: lossPlateau(), ranges: rangeStable() } satisfies Record<string, StopRule>;

export type StopRuleName = keyof typeof stopRules;
