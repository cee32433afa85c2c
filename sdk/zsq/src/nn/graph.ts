import type { RetinaNetConfig } from "./config";
import type { Convolution, Layers } from "./layers";
import { retinaNet, type HeadOutputs } from "./retinanet";

export type Operation = "image" | "conv" | "batchNorm" | "groupNorm" | "relu" | "add" | "maxPool" | "upsample";

/** One value of a network and how it is made. */
export interface GraphNode {
  /** place in the order of computation; the image is 0 */
  readonly index: number;
  readonly operation: Operation;
  /** the layer's name; an operation without weights has that of its first input with its own behind, such as "backbone.body.bn1.relu" */
  readonly name: string;
  /** what it is made from; for upsample the second gives the size alone */
  readonly inputs: readonly GraphNode[];
  /** [n, h, w, c] */
  readonly shape: readonly number[];
  /** of a convolution */
  readonly convolution?: Convolution;
  /** of a group normalization */
  readonly groups?: number;
}

/**
 * A network as the values it computes, in their order, which is that of the calls any Layers receives. A head runs once
 * per level: its nodes come several times under one name.
 */
export class Graph {
  readonly nodes: readonly GraphNode[];
  readonly outputs: HeadOutputs<GraphNode>;
  private readonly users = new Map<GraphNode, GraphNode[]>();

  /** - **imageShape** – [height, width] in pixels, for the shapes */
  constructor(config: RetinaNetConfig, imageShape: readonly [number, number] = [128, 160]) {
    const tracer = new TracingLayers([1, ...imageShape, 3]);
    this.outputs = retinaNet(tracer, config, tracer.nodes[0]);
    this.nodes = tracer.nodes;
    for (const node of this.nodes) for (const input of node.inputs) this.users.set(input, [...(this.users.get(input) ?? []), node]);
  }

  /** Nodes of one operation, such as all convolutions. */
  of(operation: Operation): GraphNode[] {
    return this.nodes.filter((node) => node.operation === operation);
  }

  /** The nodes that use a value, once for each use. */
  usersOf(node: GraphNode): readonly GraphNode[] {
    return this.users.get(node) ?? [];
  }

  /** The only node that uses a value, if it is of that operation. */
  onlyUser(node: GraphNode, operation: Operation): GraphNode | undefined {
    const users = this.usersOf(node);
    return users.length === 1 && users[0].operation === operation ? users[0] : undefined;
  }
}

// Interprets a network by writing down what it would compute; nothing is allocated.
class TracingLayers implements Layers<GraphNode> {
  readonly nodes: GraphNode[] = [];

  constructor(image: readonly number[]) {
    this.record("image", "image", [], image);
  }

  conv(name: string, x: GraphNode, convolution: Convolution): GraphNode {
    const [n, h, w] = x.shape, { stride = 1, out } = convolution;
    return this.record("conv", name, [x], [n, Math.ceil(h / stride), Math.ceil(w / stride), out], { convolution });
  }

  batchNorm(name: string, x: GraphNode): GraphNode { return this.record("batchNorm", name, [x], x.shape); }
  groupNorm(name: string, x: GraphNode, _channels: number, groups: number): GraphNode { return this.record("groupNorm", name, [x], x.shape, { groups }); }
  relu(x: GraphNode): GraphNode { return this.record("relu", `${x.name}.relu`, [x], x.shape); }
  add(a: GraphNode, b: GraphNode): GraphNode { return this.record("add", `${a.name}.add`, [a, b], a.shape); }
  scope(f: () => GraphNode): GraphNode { return f(); }

  maxPool(x: GraphNode): GraphNode {
    const [n, h, w, c] = x.shape;
    return this.record("maxPool", `${x.name}.pool`, [x], [n, Math.ceil(h / 2), Math.ceil(w / 2), c]);
  }

  upsample(x: GraphNode, like: GraphNode): GraphNode {
    return this.record("upsample", `${x.name}.up`, [x, like], [x.shape[0], like.shape[1], like.shape[2], x.shape[3]]);
  }

  private record(operation: Operation, name: string, inputs: GraphNode[], shape: readonly number[], more: Pick<GraphNode, "convolution" | "groups"> = {}): GraphNode {
    const node = { index: this.nodes.length, operation, name, inputs, shape, ...more };
    this.nodes.push(node);
    return node;
  }
}
