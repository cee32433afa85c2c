import type { RetinaNetConfig } from "./config";
import { Graph, type GraphNode } from "./graph";

export type LayerKind = "conv" | "batchNorm" | "groupNorm";

/** One layer of a detector, as seen when it runs on an image. */
export interface LayerInfo {
  name: string;
  kind: LayerKind;
  /** trained parameters by full name, with shape (convolutions: [kernel, kernel, in, out]) */
  parameters: Map<string, number[]>;
  /** stored but not trained: running statistics */
  buffers: Map<string, number[]>;
  /** output of its first use, [n, h, w, c] */
  output: number[];
  /** values entering it on that image, over all uses */
  inputValues: number;
  /** multiply-adds on that image, over all uses (heads run once per level) */
  multiplyAdds: number;
}

/** A detector's layers in the order of their first use; nothing is allocated. */
export class Architecture {
  readonly layers: readonly LayerInfo[];

  /** - **imageShape** – [height, width] in pixels, for output shapes and multiply-adds */
  constructor(config: RetinaNetConfig, imageShape: readonly [number, number] = [128, 160]) {
    this.layers = layersOf(new Graph(config, imageShape));
  }

  /** Layers of one kind, such as all batch normalizations. */
  ofKind(kind: LayerKind): LayerInfo[] {
    return this.layers.filter((layer) => layer.kind === kind);
  }

  /** Trained parameters by name, with shape. */
  get parameters(): Map<string, number[]> {
    return new Map(this.layers.flatMap((layer) => [...layer.parameters]));
  }

  /** Running statistics by name, with shape. */
  get buffers(): Map<string, number[]> {
    return new Map(this.layers.flatMap((layer) => [...layer.buffers]));
  }

  get parameterCount(): number {
    return [...this.parameters.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  }

  get multiplyAdds(): number {
    return this.layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0);
  }

  /** Size of all parameters at so many bits each, in MiB (2^20 bytes). */
  sizeMiB(bits: number): number {
    return (this.parameterCount * bits) / 8 / 2 ** 20;
  }
}

// One layer for each name, however often it runs.
function layersOf(graph: Graph): LayerInfo[] {
  const layers = new Map<string, LayerInfo>();
  for (const node of graph.nodes) {
    const { name, operation, inputs: [input], shape: [, h, w, c], convolution } = node;
    if (operation !== "conv" && operation !== "batchNorm" && operation !== "groupNorm") continue;
    let layer = layers.get(name);
    if (!layer) layers.set(name, (layer = { name, kind: operation, ...variablesOf(node), output: [...node.shape], inputValues: 0, multiplyAdds: 0 }));
    layer.inputValues += input.shape[1] * input.shape[2] * input.shape[3];
    if (convolution) layer.multiplyAdds += h * w * convolution.kernel ** 2 * convolution.in * c;
  }
  return [...layers.values()];
}

function variablesOf({ name, operation, shape, convolution }: GraphNode): Pick<LayerInfo, "parameters" | "buffers"> {
  const full = (keys: readonly string[], of: number[]): [string, number[]][] => keys.map((key) => [`${name}.${key}`, of]);
  const channels = [shape[3]];
  if (!convolution) return { parameters: new Map(full(["weight", "bias"], channels)), buffers: new Map(operation === "batchNorm" ? full(["running_mean", "running_var"], channels) : []) };
  const { kernel, in: ci, out, bias } = convolution;
  return { parameters: new Map([...full(["weight"], [kernel, kernel, ci, out]), ...(bias ? full(["bias"], channels) : [])]), buffers: new Map() };
}
