import type { OnnxGraph, OnnxNode, OnnxTensor } from "./proto";

const SMALLEST_NORMAL = 2 ** -126;

/**
 * Refuses a graph that ONNX Runtime would refuse, or would run to wrong numbers without a word: names used before they
 * are made or twice, and of every QuantizeLinear and DequantizeLinear scales that are no float32 > 0, zero points of
 * another type or number than its scales, an axis that does not fit.
 */
export function checkGraph({ nodes, initializers, inputs, outputs }: OnnxGraph): void {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor])), known = new Set<string>();
  const define = (name: string): void => {
    if (known.has(name)) throw new Error(`checkGraph: invalid name: ${name} is made twice; expected one of its own`);
    known.add(name);
  };
  for (const tensor of initializers) {
    define(tensor.name);
    if (tensor.data.length !== tensor.dims.reduce((a, b) => a * b, 1)) throw new Error(`checkGraph: invalid number of values of ${tensor.name}: ${tensor.data.length}; expected [${tensor.dims}]`);
  }
  for (const { name } of inputs) define(name);
  for (const node of nodes) {
    for (const input of node.inputs) if (input !== "" && !known.has(input)) throw new Error(`checkGraph: unknown input of ${node.name}: ${input}; expected one made before it`);
    if (node.operator === "QuantizeLinear" || node.operator === "DequantizeLinear") checkQuantization(node, constants);
    define(node.name);
  }
  for (const { name } of outputs) if (!known.has(name)) throw new Error(`checkGraph: missing output: ${name}; expected a node of that name`);
}

function checkQuantization({ name, operator, inputs: [x, scaleName, zeroName], attributes }: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): void {
  const [scale, zero, values] = [constants.get(scaleName), constants.get(zeroName), constants.get(x)];
  if (!scale || scale.type !== "float" || !zero) throw new Error(`checkGraph: missing scale or zero point of ${name}; expected constants`);
  for (const step of scale.data) if (!(Number(step) >= SMALLEST_NORMAL && Number(step) < Infinity)) throw new RangeError(`checkGraph: invalid scale of ${name}: ${step}; expected a float32 of at least 2^-126`);
  if (zero.dims.join() !== scale.dims.join()) throw new Error(`checkGraph: invalid shape of the zero point of ${name}: [${zero.dims}]; expected [${scale.dims}], that of the scale`);
  if (operator === "DequantizeLinear" && values && values.type !== zero.type) throw new Error(`checkGraph: invalid type of the zero point of ${name}: ${zero.type}; expected ${values.type}`);
  if (scale.dims.length === 0) return;
  const axis = attributes.axis as number, dims = values?.dims ?? [];
  if (dims[axis] !== scale.dims[0]) throw new Error(`checkGraph: invalid axis of ${name}: ${axis} of [${dims}]; expected one of length ${scale.dims[0]}`);
}
