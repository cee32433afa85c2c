import type { Graph, GraphNode } from "../nn/graph";
import type { TensorRole } from "./scheme";

/** Where tensors between layers are quantized, each place by the key of its range in a Calibration. */
export interface Sites {
  /** what enters convolutions: key by the convolution's name, which it is; heads share it over levels */
  readonly inputs: ReadonlyMap<string, string>;
  /** values right where they are made: key by their index in the graph */
  readonly values: ReadonlyMap<number, string>;
}

/** The key of what a convolution gives. */
export const outputKey = (conv: string): string => `${conv}:output`;

/** The layer, a convolution or a sum, that a key belongs to. */
export const layerOfKey = (key: string): string => key.replace(/:output$/, "");

/**
 * The places at which tensors of the given roles are quantized: inputs of convolutions; their outputs, after the batch
 * normalization and ReLU that follow; sums, after the ReLU that follows. A value that was quantized where it was made, or
 * made of such by ReLU, pooling or resizing alone, is not quantized again where it enters a convolution.
 *
 * - **isFloat** – layers (convolutions and sums, by name) left out; defaults to none
 * - **every** – keeps the inputs that need no rounding of their own, for calibration; defaults to false
 */
export function quantizationSites(graph: Graph, roles: readonly TensorRole[], { isFloat = () => false, every = false }: { isFloat?: (layer: string) => boolean; every?: boolean } = {}): Sites {
  const values = new Map<number, string>(), inputs = new Map<string, string>();
  for (const node of graph.nodes) {
    if (roles.includes("outputs") && node.operation === "conv" && !isFloat(node.name)) values.set(settled(graph, node).index, outputKey(node.name));
    if (roles.includes("adds") && node.operation === "add" && !isFloat(node.name)) values.set(settled(graph, node).index, node.name);
  }
  const isRounded = (node: GraphNode): boolean => values.has(node.index) || (["relu", "maxPool", "upsample"].includes(node.operation) && isRounded(node.inputs[0]));
  if (roles.includes("inputs")) for (const { name, inputs: [x] } of graph.of("conv")) if (!isFloat(name) && (every || !isRounded(x))) inputs.set(name, name);
  return { inputs, values };
}

// the value as integer kernels give it: with the batch normalization and the ReLU that alone use it
function settled(graph: Graph, node: GraphNode): GraphNode {
  const normalized = graph.onlyUser(node, "batchNorm") ?? node;
  return graph.onlyUser(normalized, "relu") ?? normalized;
}
