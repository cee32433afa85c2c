import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { Graph, type GraphNode } from "../nn/graph";
import { weight } from "../nn/weights";
import { fakeQuantizeFast, integerRange, type QParams } from "../quantize/affine";
import type { QuantizedDetector } from "../quantize/quantized-detector";
import * as kernels from "../tensor/kernels";
import { exportOnnx, integersName, type ExportOnnxOptions } from "./export";
import { OnnxDetector } from "./onnx-detector";

/** How a convolution or sum as executed with integers differs from the simulated one on the same input. */
export interface LayerDifference {
  /** convolution or sum; a head's appear once for each level */
  layer: string;
  /** largest difference of the rounded values, in steps of their scale */
  worstSteps: number;
  /** share of the values that differ at all */
  share: number;
}

/**
 * Runs a quantized detector in ONNX Runtime, and simulates each of its convolutions and sums once more from the values
 * that ONNX Runtime computed before it: differences of single layers, not what adds up along the network.
 *
 * - **images** – normalized [n, h, w, 3]; not disposed
 *
 * Throws if the scheme does not round the outputs of convolutions and sums.
 */
export async function layerDifferences(detector: QuantizedDetector, images: tf.Tensor4D, options: Pick<ExportOnnxOptions, "kernels"> = {}): Promise<LayerDifference[]> {
  const [batch, height, width] = images.shape, folder = await mkdtemp(join(tmpdir(), "zsq-onnx-"));
  const graph = new Graph(detector.config, [height, width]), rounded = [...detector.sites.values.keys()];
  if (!detector.folded || !["outputs", "adds"].every((role) => detector.scheme.activations.tensors.includes(role as "adds"))) {
    throw new Error("layerDifferences: unsupported scheme: outputs or sums in float; expected batch norms folded and tensors inputs, outputs, adds");
  }
  try {
    const path = join(folder, "inspected.onnx");
    exportOnnx(detector, path, { ...options, imageShape: [height, width], batch, inspect: true });
    const executed = await OnnxDetector.load(path, detector.config);
    const integers = await executed.run((await images.data()) as Float32Array, images.shape, rounded.map(integersName));
    await executed.dispose();
    const found: LayerDifference[] = [];
    tf.tidy(() => {
      const values = new Map<GraphNode, tf.Tensor4D>(rounded.map((index) => {
        const { data, dims } = integers[integersName(index)], [lowest] = integerRange(8);
        const q = tf.tensor4d(Int32Array.from(data as Uint8Array, (value) => value + lowest), dims as [number, number, number, number], "int32").transpose([0, 2, 3, 1]);
        const { scale, zeroPoint } = qparamsOf(detector, index);
        return [graph.nodes[index], q.sub(zeroPoint).toFloat().mul(scale) as tf.Tensor4D];
      }));
      for (const index of rounded) found.push(...difference(detector, graph.nodes[index], values, images));
    });
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const qparamsOf = ({ sites, inputQParams }: QuantizedDetector, index: number): QParams => inputQParams.get(sites.values.get(index)!)!;

// none where what enters the layer was not rounded, such as after group normalization
function difference(detector: QuantizedDetector, node: GraphNode, values: ReadonlyMap<GraphNode, tf.Tensor4D>, images: tf.Tensor4D): LayerDifference[] {
  const made = simulated(detector, node, values, images, true);
  if (!made) return [];
  const qparams = qparamsOf(detector, node.index), steps = tf.abs(tf.sub(fakeQuantizeFast(made, qparams), values.get(node)!)).div(qparams.scale).round();
  return [{ layer: layerOf(node), worstSteps: steps.max().dataSync()[0], share: steps.greater(0).toFloat().mean().dataSync()[0] }];
}

// the value of a node from the rounded values before it; afresh: the node itself is computed, not looked up
function simulated(detector: QuantizedDetector, node: GraphNode, values: ReadonlyMap<GraphNode, tf.Tensor4D>, images: tf.Tensor4D, afresh = false): tf.Tensor4D | undefined {
  const known = afresh ? undefined : values.get(node);
  if (known) return known;
  const inputs = node.inputs.map((input) => simulated(detector, input, values, images));
  const [x, y] = inputs;
  if (node.operation === "image") return images;
  if (!x) return undefined;
  switch (node.operation) {
    case "conv": {
      const { kernel, stride = 1 } = node.convolution!, { weights, sites, inputQParams } = detector, own = sites.inputs.get(node.name);
      const z = kernels.conv2d(own === undefined ? x : fakeQuantizeFast(x, inputQParams.get(own)!), weight(weights, `${node.name}.weight`), { kernel, stride, pad: (kernel - 1) / 2 });
      return weights.has(`${node.name}.bias`) ? kernels.biasAdd(z, weight(weights, `${node.name}.bias`)) : z;
    }
    case "batchNorm":
      return x;
    case "relu":
      return kernels.relu(x);
    case "add":
      return y && kernels.add(x, y);
    case "maxPool":
      return kernels.maxPool(kernels.padImage(x, 1), { kernel: 3, stride: 2, pad: 0 });
    case "upsample":
      return kernels.resizeNearest(x, node.shape[1], node.shape[2]);
    default:
      return undefined;
  }
}

// the convolution or sum that a value settles
const layerOf = (node: GraphNode): string => (node.operation === "conv" || node.operation === "add" ? node.name : layerOf(node.inputs[0]));
