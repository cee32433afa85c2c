import * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../nn/config";
import { runNetwork, type Predictor } from "../nn/detector";
import { Graph } from "../nn/graph";
import { batchNormAffine } from "../nn/inference";
import type { HeadOutputs } from "../nn/retinanet";
import { weight, type Weights } from "../nn/weights";
import { HookedLayers } from "./hooked-layers";

/** A detector without batch normalizations: each is part of the kernel and bias of the convolution before it. It owns its weights. */
export class FoldedDetector implements Predictor {
  readonly folded = true;

  /** - **weights** – as a Detector's, with a bias for each convolution that had a batch normalization and nothing for those */
  constructor(readonly config: RetinaNetConfig, readonly weights: Weights) {}

  outputs(images: tf.Tensor4D): HeadOutputs<tf.Tensor4D> {
    return runNetwork(new HookedLayers(this.weights, { folded: true }), this.config, images);
  }

  dispose(): void {
    for (const tensor of this.weights.values()) tensor.dispose();
  }
}

/**
 * The same detector with its batch normalizations folded: y = gamma (w * x - mean) / std + beta becomes one convolution
 * with kernel w gamma / std and bias beta - mean gamma / std. Outputs agree to float32 rounding. The caller disposes it.
 *
 * Source: Jacob et al. 2018, section 3.2; Nagel et al. 2019.
 */
export function foldBatchNorms({ config, weights }: { config: RetinaNetConfig; weights: Weights }): FoldedDetector {
  const graph = new Graph(config), folded = new Map<string, tf.Tensor>();
  const norms = new Set(graph.of("batchNorm").map(({ name }) => name));
  for (const [name, tensor] of weights) if (!norms.has(name.slice(0, name.lastIndexOf(".")))) folded.set(name, tensor.clone());
  for (const { name, inputs: [conv] } of graph.of("batchNorm")) {
    if (conv.operation !== "conv" || graph.usersOf(conv).length !== 1) throw new Error(`foldBatchNorms: unsupported input of ${name}: ${conv.name}; expected a convolution used by it alone`);
    const key = `${conv.name}.weight`, { scale, offset } = batchNormAffine(weights, name);
    folded.get(key)?.dispose();
    folded.set(key, weight(weights, key).mul(scale));
    folded.set(`${conv.name}.bias`, offset);
    scale.dispose();
  }
  return new FoldedDetector(config, folded);
}
