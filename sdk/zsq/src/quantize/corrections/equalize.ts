import * as tf from "@tensorflow/tfjs-node-gpu";
import { Graph, type GraphNode } from "../../nn/graph";
import { weight } from "../../nn/weights";
import { FoldedDetector } from "../fold-batch-norm";

export interface EqualizeOptions {
  /** passes over all pairs, at most; defaults to 40 */
  sweeps?: number;
}

/** Two convolutions with nothing but a ReLU between them. */
export type ConvolutionPair = readonly [first: string, second: string];

/** The pairs of convolutions whose channels in between can be scaled: the first's output goes through a ReLU into the second alone. */
export function equalizablePairs(graph: Graph): ConvolutionPair[] {
  const settled = (node: GraphNode): GraphNode => graph.onlyUser(node, "batchNorm") ?? node;
  return graph.of("conv").flatMap((first): ConvolutionPair[] => {
    const relu = graph.onlyUser(settled(first), "relu"), second = relu && graph.onlyUser(relu, "conv");
    return second ? [[first.name, second.name]] : [];
  });
}

/**
 * The same detector with channels between two convolutions scaled so that both kernels have equal ranges there:
 * s = sqrt(r1 r2) / r1 for each channel, r the largest magnitude; outputs agree to float32 rounding. It matters for
 * kernels with one scale for all channels.
 *
 * Returns a detector that the caller disposes. Channels that either kernel does not use stay as they are.
 *
 * Source: Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV 2019.
 */
export function equalizeLayers({ config, weights }: FoldedDetector, { sweeps = 40 }: EqualizeOptions = {}): FoldedDetector {
  const pairs = equalizablePairs(new Graph(config)), touched = new Set(pairs.flatMap(([first, second]) => [`${first}.weight`, `${first}.bias`, `${second}.weight`]));
  const values = new Map([...touched].map((key) => [key, weight(weights, key).dataSync().slice() as Float32Array]));
  for (let sweep = 0, moved = Infinity; sweep < sweeps && moved > 1e-4; sweep++) {
    moved = 0;
    for (const [first, second] of pairs) {
      const [, , , channels] = weight(weights, `${first}.weight`).shape as number[], out = weight(weights, `${second}.weight`).shape[3]!;
      moved = Math.max(moved, equalize(values.get(`${first}.weight`)!, values.get(`${first}.bias`)!, values.get(`${second}.weight`)!, channels, out));
    }
  }
  return new FoldedDetector(config, new Map([...weights].map(([key, tensor]) => [key, values.has(key) ? tf.tensor(values.get(key)!, tensor.shape) : tensor.clone()])));
}

// first [.., in, c], bias [c], second [.., c, out]; returns the largest |log s|
function equalize(first: Float32Array, bias: Float32Array, second: Float32Array, channels: number, out: number): number {
  const [r1, r2] = [new Float64Array(channels), new Float64Array(channels)];
  first.forEach((value, i) => (r1[i % channels] = Math.max(r1[i % channels], Math.abs(value))));
  second.forEach((value, i) => (r2[Math.floor(i / out) % channels] = Math.max(r2[Math.floor(i / out) % channels], Math.abs(value))));
  const scale = r1.map((range, c) => (range > 0 && r2[c] > 0 ? Math.sqrt(r2[c] / range) : 1));
  first.forEach((value, i) => (first[i] = value * scale[i % channels]));
  bias.forEach((value, c) => (bias[c] = value * scale[c]));
  second.forEach((value, i) => (second[i] = value / scale[Math.floor(i / out) % channels]));
  return scale.reduce((largest, s) => Math.max(largest, Math.abs(Math.log(s))), 0);
}
