import protobuf from "protobufjs/light";

/** The parts of ONNX's protocol buffers that a detector needs. Source: onnx.proto, IR version 8. */
const field = (id: number, type: string, rule?: "repeated"): protobuf.IField => ({ id, type, ...(rule && { rule }) }); // zeros are left out, which readers take for 0
const root = protobuf.Root.fromJSON({
  nested: {
    OperatorSetId: { fields: { domain: field(1, "string"), version: field(2, "int64") } },
    Metadata: { fields: { key: field(1, "string"), value: field(2, "string") } },
    Dimension: { fields: { dimValue: field(1, "int64") } },
    TensorShape: { fields: { dim: field(1, "Dimension", "repeated") } },
    TensorType: { fields: { elemType: field(1, "int32"), shape: field(2, "TensorShape") } },
    Type: { fields: { tensorType: field(1, "TensorType") } },
    ValueInfo: { fields: { name: field(1, "string"), type: field(2, "Type") } },
    Tensor: { fields: { dims: field(1, "int64", "repeated"), dataType: field(2, "int32"), name: field(8, "string"), rawData: field(9, "bytes") } },
    Attribute: {
      fields: { name: field(1, "string"), f: field(2, "float"), i: field(3, "int64"), s: field(4, "bytes"), floats: field(7, "float", "repeated"), ints: field(8, "int64", "repeated"), type: field(20, "int32") },
    },
    Node: { fields: { input: field(1, "string", "repeated"), output: field(2, "string", "repeated"), name: field(3, "string"), opType: field(4, "string"), attribute: field(5, "Attribute", "repeated") } },
    Graph: {
      fields: { node: field(1, "Node", "repeated"), name: field(2, "string"), initializer: field(5, "Tensor", "repeated"), input: field(11, "ValueInfo", "repeated"), output: field(12, "ValueInfo", "repeated") },
    },
    Model: {
      fields: { irVersion: field(1, "int64"), producerName: field(2, "string"), graph: field(7, "Graph"), opsetImport: field(8, "OperatorSetId", "repeated"), metadataProps: field(14, "Metadata", "repeated") },
    },
  },
});
const Model = root.lookupType("Model");

/** ONNX's numbers of element types. */
export const ELEMENT = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof ELEMENT;

export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  operator: string;
  /** of its only output, too */
  name: string;
  inputs: readonly string[];
  attributes: Readonly<Record<string, AttributeValue>>;
}

export interface OnnxTensor {
  name: string;
  type: ElementType;
  dims: readonly number[];
  data: Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;
}

export interface OnnxValue {
  name: string;
  dims: readonly number[];
  /** defaults to float */
  type?: ElementType;
}

/** A computation in the order of its nodes. */
export interface OnnxGraph {
  name: string;
  nodes: readonly OnnxNode[];
  initializers: readonly OnnxTensor[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  opset: number;
  metadata: Readonly<Record<string, string>>;
}

/** The bytes of an ONNX file. */
export function encodeModel({ name, nodes, initializers, inputs, outputs, opset, metadata }: OnnxGraph): Uint8Array {
  const value = (given: OnnxValue) => ({ name: given.name, type: { tensorType: { elemType: ELEMENT[given.type ?? "float"], shape: { dim: given.dims.map((dimValue) => ({ dimValue })) } } } });
  const graph = {
    name,
    node: nodes.map((node) => ({ name: node.name, opType: node.operator, input: node.inputs, output: [node.name], attribute: Object.entries(node.attributes).map(attribute) })),
    initializer: initializers.map(({ name, type, dims, data }) => ({ name, dims, dataType: ELEMENT[type], rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) })),
    input: inputs.map(value),
    output: outputs.map(value),
  };
  const metadataProps = Object.entries(metadata).map(([key, text]) => ({ key, value: text }));
  return Model.encode(Model.create({ irVersion: 8, producerName: "zsq", graph, opsetImport: [{ domain: "", version: opset }], metadataProps })).finish();
}

/** The fields of an ONNX file's bytes, as far as they are written by encodeModel. */
export const decodeModel = (bytes: Uint8Array): Record<string, unknown> => Model.toObject(Model.decode(bytes), { longs: Number });

function attribute([name, value]: [string, AttributeValue]): Record<string, unknown> {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") return { name, s: Buffer.from(value), type: 3 };
  if ("float" in value) return { name, f: value.float, type: 1 };
  return { name, ints: value, type: 7 };
}
