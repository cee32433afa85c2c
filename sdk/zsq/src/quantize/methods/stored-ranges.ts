import * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../../nn/config";
import { Graph, type GraphNode } from "../../nn/graph";
import { weight, type Weights } from "../../nn/weights";
import { Calibration } from "../calibrate";
import type { CalibratorSpec } from "../calibrators/spec";
import { normalCdf, normalDensity } from "../corrections/normal";
import { imageRange } from "../range";

/** What is taken to be known of a value: each channel normal with this mean and variance, cut at 0 where a ReLU came last. */
export interface ChannelMoments {
  mean: Float64Array;
  variance: Float64Array;
  /** of what entered the last ReLU, from which the range follows; absent where there was none */
  before?: Pick<ChannelMoments, "mean" | "variance">;
}

/** Mean and variance of max(z, 0), z normal. Source: Nagel et al. 2019, appendix C. */
export function rectifiedMoments(mean: number, variance: number): [mean: number, variance: number] {
  const deviation = Math.sqrt(variance);
  if (deviation === 0) return [Math.max(mean, 0), 0];
  const [density, share] = [normalDensity(mean / deviation), normalCdf(mean / deviation)], first = deviation * density + mean * share;
  return [first, Math.max(0, (mean * mean + variance) * share + mean * deviation * density - first * first)];
}

/**
 * The moments of every value of a detector from its weights alone: what leaves a normalization has those that the
 * normalization gives it; sums add, as if independent; a convolution without normalization adds its inputs' by its
 * weights, as if independent; pooling and resizing change nothing. The image is N(0, 1).
 */
export function propagatedMoments(graph: Graph, weights: Weights): Map<GraphNode, ChannelMoments> {
  const found = new Map<GraphNode, ChannelMoments>(), known = new Map<string, { sums: Float64Array; squares: Float64Array; channels: number }>();
  for (const node of graph.nodes) found.set(node, momentsOf(node, (input) => found.get(input)!, weights, known));
  return found;
}

function momentsOf(node: GraphNode, of: (input: GraphNode) => ChannelMoments, weights: Weights, known: Map<string, { sums: Float64Array; squares: Float64Array; channels: number }>): ChannelMoments {
  const [first, second] = node.inputs, channels = node.shape[3];
  switch (node.operation) {
    case "image": return { mean: new Float64Array(channels), variance: new Float64Array(channels).fill(1) };
    case "batchNorm":
    case "groupNorm": {
      const [gamma, beta] = ["weight", "bias"].map((key) => weight(weights, `${node.name}.${key}`).dataSync());
      return { mean: Float64Array.from(beta), variance: Float64Array.from(gamma, (g) => g * g) };
    }
    case "relu": {
      const before = of(first), pairs = Array.from(before.mean, (mean, c) => rectifiedMoments(mean, before.variance[c]));
      return { mean: Float64Array.from(pairs, ([mean]) => mean), variance: Float64Array.from(pairs, ([, variance]) => variance), before };
    }
    case "add": {
      const [a, b] = [of(first), of(second)];
      return { mean: a.mean.map((x, c) => x + b.mean[c]), variance: a.variance.map((x, c) => x + b.variance[c]) };
    }
    case "conv": return convolved(node, of(first), weights, known);
    default: return of(first);
  }
}

// E[y] = sum w E[x] + b, Var[y] = sum w^2 Var[x]
function convolved({ name, convolution }: GraphNode, x: ChannelMoments, weights: Weights, known: Map<string, { sums: Float64Array; squares: Float64Array; channels: number }>): ChannelMoments {
  const out = convolution!.out;
  let kernel = known.get(name);
  if (!kernel) {
    const w = weight(weights, `${name}.weight`), sumsOf = (f: (t: tf.Tensor) => tf.Tensor): Float64Array => {
      const sums = tf.tidy(() => f(w).sum([0, 1])); // [in, out]
      const values = Float64Array.from(sums.dataSync());
      sums.dispose();
      return values;
    };
    known.set(name, (kernel = { sums: sumsOf(tf.clone), squares: sumsOf(tf.square), channels: convolution!.in }));
  }
  const bias = weights.get(`${name}.bias`)?.dataSync(), { sums, squares, channels } = kernel;
  const total = (table: Float64Array, values: Float64Array): Float64Array => Float64Array.from({ length: out }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < channels; i++) sum += table[i * out + o] * values[i];
    return sum;
  });
  return { mean: total(sums, x.mean).map((value, o) => value + (bias?.[o] ?? 0)), variance: total(squares, x.variance) };
}

/**
 * Ranges without any image: mean - N deviations to mean + N deviations over the channels of what enters each convolution,
 * from 0 where a ReLU came last. A head's range spans its levels.
 *
 * - **calibrator** – the one that the scheme asks for, which these ranges stand in for
 * - **deviations** – N; default 6
 *
 * Source: Nagel et al. 2019, section 4.3 (ranges from batch normalization), carried on through layers without.
 */
export function rangesFromStatistics(config: RetinaNetConfig, weights: Weights, calibrator: CalibratorSpec, deviations = 6): Calibration {
  const graph = new Graph(config), moments = propagatedMoments(graph, weights), ranges = new Map<string, { min: number; max: number }>();
  for (const node of graph.of("conv")) {
    const { mean, variance, before } = moments.get(node.inputs[0])!, source = before ?? { mean, variance };
    const ends = [-1, 1].map((sign) => Array.from(source.mean, (m, c) => m + sign * deviations * Math.sqrt(source.variance[c])));
    const own = node.inputs[0].operation === "image" ? imageRange(config.image) : { min: before ? 0 : Math.min(...ends[0]), max: Math.max(...ends[1], 1e-6) };
    const known = ranges.get(node.name);
    ranges.set(node.name, known ? { min: Math.min(known.min, own.min), max: Math.max(known.max, own.max) } : own);
  }
  return new Calibration([...ranges].map(([name, { min, max }]) => [name, { min, max, magnitude: Math.max(-min, max) }] as const), calibrator, 0);
}
