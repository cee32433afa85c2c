import type { AttributeValue, OnnxNode, OnnxTensor } from "./proto";

/** Collects nodes and constants; constants of one name are written once. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  private readonly constants = new Map<string, OnnxTensor>();

  get initializers(): OnnxTensor[] {
    return [...this.constants.values()];
  }

  /** Adds a node whose only output has its name, and returns that. */
  node(operator: string, name: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    this.nodes.push({ operator, name, inputs, attributes });
    return name;
  }

  /** Adds a constant unless there is one of that name; `make` gives its values. */
  constant(name: string, make: () => Omit<OnnxTensor, "name">): string {
    if (!this.constants.has(name)) this.constants.set(name, { name, ...make() });
    return name;
  }

  floats(name: string, data: Float32Array, dims: readonly number[] = [data.length]): string {
    return this.constant(name, () => ({ type: "float", dims, data }));
  }

  int64(name: string, values: readonly number[]): string {
    return this.constant(name, () => ({ type: "int64", dims: [values.length], data: BigInt64Array.from(values, BigInt) }));
  }
}
