import { EPSILON } from "../nn/layers";
import { Graph, type GraphNode } from "../nn/graph";
import { weight } from "../nn/weights";
import type { QParams } from "../quantize/affine";
import type { Calibrated } from "../quantize/calibrate";
import { QuantizedDetector } from "../quantize/quantized-detector";
import { layerScheme } from "../quantize/scheme";
import { writeFileAtomic } from "../weights/atomic-write";
import { checkGraph } from "./check-graph";
import { GraphBuilder } from "./graph-builder";
import { encodeModel, type OnnxGraph, type OnnxValue } from "./proto";
import { quantizedBias, quantizedKernel, roundValue, type KernelType } from "./quantization-nodes";

export interface ExportOnnxOptions {
  /** [height, width] of the images, in pixels */
  imageShape: readonly [number, number];
  /** images that run at a time; defaults to 1 */
  batch?: number;
  /**
   * int8, the fastest, or uint8. On processors without VNNI instructions the kernels for uint8 activations times int8
   * saturate in 16 bits, and results differ from the simulation; with uint8, or weights of 7 bits, they do not. Defaults to int8
   */
  kernels?: KernelType;
  /** gives the integers of every value that is rounded where it is made, too, named as integersName says; defaults to false */
  inspect?: boolean;
}

/** Name of the output uint8 [n, c, h, w] that holds the integers of a value, plus 128, by its index in the Graph. */
export const integersName = (index: number): string => `integers.${index}`;

/** Names of the outputs of a level: head outputs [n, h, w, c] as those of a Predictor. */
export const outputNames = (levels: number): string[] => ["class_logits", "box_regression"].flatMap((kind) => Array.from({ length: levels }, (_, k) => `${kind}.${k}`));

/**
 * Writes a detector as an ONNX file, opset 13: input `images` [batch, h, w, 3], normalized; outputs as outputNames says.
 * A quantized one keeps its scales as pairs of QuantizeLinear and DequantizeLinear, kernels as int8, biases as int32, so
 * that a runtime can compute with integers: all convolutions and sums of schemePresets.onnxruntime. Weights may have zero
 * points, one for each scale; ONNX Runtime multiplies them out.
 *
 * Returns the size of the file in bytes.
 * Throws, before a byte is written, if activations have other than 8 bits, weights more than 8, or a scale, zero point
 * or axis is invalid.
 */
export function exportOnnx(detector: Calibrated | QuantizedDetector, path: string, options: ExportOnnxOptions): number {
  const bytes = encodeModel(onnxGraph(detector, options));
  writeFileAtomic(path, bytes);
  return bytes.length;
}

/** What exportOnnx writes. */
export function onnxGraph(detector: Calibrated | QuantizedDetector, { imageShape, batch = 1, kernels = "int8", inspect = false }: ExportOnnxOptions): OnnxGraph {
  const graph = new Graph(detector.config, imageShape), writer = new Writer(detector, graph, batch, kernels);
  const quantized = detector instanceof QuantizedDetector;
  const scheme: Record<string, string> = quantized ? { precision: detector.precision, calibrator: JSON.stringify(detector.scheme.activations.calibrator) } : {};
  const result: OnnxGraph = { name: "retinanet", ...writer.write(inspect), opset: 13, metadata: { layout: "NHWC", ...scheme } };
  checkGraph(result);
  return result;
}

class Writer {
  private readonly builder = new GraphBuilder();
  private readonly values = new Map<GraphNode, string>();

  constructor(private readonly detector: Calibrated | QuantizedDetector, private readonly graph: Graph, private readonly batch: number, private readonly kernels: KernelType) {}

  write(inspect: boolean): Pick<OnnxGraph, "nodes" | "initializers" | "inputs" | "outputs"> {
    const { graph, batch, builder } = this;
    for (const node of graph.nodes) this.values.set(node, this.rounded(node, this.emit(node)));
    const { classLogits, boxRegression } = graph.outputs, names = outputNames(classLogits.length);
    const outputs = [...classLogits, ...boxRegression].map((node, k) => ({
      name: builder.node("Transpose", names[k], [this.values.get(node)!], { perm: [0, 2, 3, 1] }), dims: [batch, ...node.shape.slice(1)],
    }));
    const integers = inspect ? [...(this.quantized?.sites.values.keys() ?? [])].map((index) => this.integers(graph.nodes[index])) : [];
    return { nodes: builder.nodes, initializers: builder.initializers, inputs: [{ name: "images", dims: [batch, ...graph.nodes[0].shape.slice(1)] }], outputs: [...outputs, ...integers] };
  }

  private integers(node: GraphNode): OnnxValue {
    const { shape: [, h, w, c], index } = node;
    return { name: this.builder.node("Identity", integersName(index), [`${this.values.get(node)!}.quantized`]), dims: [this.batch, c, h, w], type: "uint8" };
  }

  private get quantized(): QuantizedDetector | undefined {
    return this.detector instanceof QuantizedDetector ? this.detector : undefined;
  }

  private emit(node: GraphNode): string {
    const { builder, detector: { weights, folded } } = this, { operation, name, index, shape } = node;
    const [x] = node.inputs.map((input) => this.values.get(input)!), value = `v${index}.${name}`;
    const parameter = (key: string): string => builder.floats(`${name}.${key}`, weight(weights, `${name}.${key}`).dataSync() as Float32Array);
    switch (operation) {
      case "image":
        return builder.node("Transpose", "image.nchw", ["images"], { perm: [0, 3, 1, 2] });
      case "conv":
        return this.convolution(node, x, value);
      case "batchNorm":
        return folded ? x : builder.node("BatchNormalization", value, [x, ...["weight", "bias", "running_mean", "running_var"].map(parameter)], { epsilon: { float: EPSILON } });
      case "groupNorm":
        return this.groupNorm(node, x, value);
      case "relu":
        return builder.node("Relu", value, [x]);
      case "add":
        return builder.node("Add", value, [x, this.values.get(node.inputs[1])!]);
      case "maxPool":
        return builder.node("MaxPool", value, [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
      case "upsample": {
        const sizes = builder.int64(`${value}.sizes`, [this.batch, shape[3], shape[1], shape[2]]);
        return builder.node("Resize", value, [x, "", "", sizes], { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" });
      }
    }
  }

  private convolution(node: GraphNode, x: string, value: string): string {
    const { builder, detector: { weights }, quantized } = this, { name } = node, { kernel, stride = 1, bias: hasBias } = node.convolution!;
    const key = quantized?.sites.inputs.get(name), own = key === undefined ? undefined : quantized!.inputQParams.get(key);
    const input = own ? roundValue(builder, x, `${value}.input`, key!, own) : x;
    const inputQParams = own ?? this.qparamsOf(node.inputs[0])?.qparams, kernels = quantized?.weightQParams.get(name);
    const bias = hasBias || weights.has(`${name}.bias`) ? weight(weights, `${name}.bias`).dataSync() : undefined;
    const inputs = [input];
    if (kernels) {
      const { value: w, scales } = this.once(`${name}.weight`, () => quantizedKernel(builder, name, weight(weights, `${name}.weight`), kernels, layerScheme(quantized!.scheme, name).weights.granularity, this.kernels));
      inputs.push(w);
      if (bias) inputs.push(inputQParams ? this.bias(node, bias, inputQParams, scales) : builder.floats(`${name}.bias`, bias as Float32Array));
    } else {
      inputs.push(builder.constant(`${name}.weight`, () => this.floatKernel(name)));
      if (bias) inputs.push(builder.floats(`${name}.bias`, bias as Float32Array));
    }
    const pad = (kernel - 1) / 2;
    return builder.node("Conv", value, inputs, { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] });
  }

  // a head's bias is one tensor for all levels: their inputs share a range, or else each has its own copy
  private bias(node: GraphNode, bias: ArrayLike<number>, { scale }: QParams, scales: Float64Array): string {
    return this.once(`${node.name}.bias@${scale}`, () => {
      const copies = [...this.made.keys()].filter((key) => key.startsWith(`${node.name}.bias@`)).length;
      return quantizedBias(this.builder, copies ? `${node.name}#${copies}` : node.name, bias, scale, scales);
    });
  }

  private readonly made = new Map<string, unknown>();

  private once<T>(key: string, make: () => T): T {
    if (!this.made.has(key)) this.made.set(key, make());
    return this.made.get(key) as T;
  }

  private floatKernel(name: string) {
    const kernel = weight(this.detector.weights, `${name}.weight`), turned = kernel.transpose([3, 2, 0, 1]);
    const data = turned.dataSync() as Float32Array, dims = turned.shape;
    turned.dispose();
    return { type: "float" as const, dims, data };
  }

  private groupNorm({ name, groups, shape: [, h, w, c] }: GraphNode, x: string, value: string): string {
    const { builder, batch } = this, [one, zero] = [1, 0].map((fill) => builder.floats(`groups.${groups}.${fill}`, new Float32Array(groups!).fill(fill)));
    const grouped = builder.node("Reshape", `${value}.grouped`, [x, builder.int64(`shape.${batch}.${groups}`, [batch, groups!, -1])]);
    const normalized = builder.node("InstanceNormalization", `${value}.normalized`, [grouped, one, zero], { epsilon: { float: EPSILON } });
    const shaped = builder.node("Reshape", `${value}.shaped`, [normalized, builder.int64(`shape.${batch}.${c}.${h}.${w}`, [batch, c, h, w])]);
    const [gamma, beta] = ["weight", "bias"].map((key) => builder.constant(`${name}.${key}`, () => ({ type: "float", dims: [c, 1, 1], data: weight(this.detector.weights, `${name}.${key}`).dataSync() as Float32Array })));
    return builder.node("Add", value, [builder.node("Mul", `${value}.scaled`, [shaped, gamma]), beta]);
  }

  // how the value is rounded: where it is made, or as what it was made from
  private qparamsOf(node: GraphNode): { key: string; qparams: QParams } | undefined {
    const key = this.quantized?.sites.values.get(node.index);
    if (key !== undefined) return { key, qparams: this.quantized!.inputQParams.get(key)! };
    return ["relu", "maxPool", "upsample"].includes(node.operation) ? this.qparamsOf(node.inputs[0]) : undefined;
  }

  private rounded(node: GraphNode, value: string): string {
    const found = this.qparamsOf(node);
    return found ? roundValue(this.builder, value, `${value}.rounded`, found.key, found.qparams) : value;
  }
}
