import type * as tf from "@tensorflow/tfjs-node-gpu";
import { integerRange, levelRange, quantize, type QParams } from "../quantize/affine";
import { groupsOf, type Granularity } from "../quantize/granularity";
import type { GraphBuilder } from "./graph-builder";

/**
 * Rounds a value to its levels: QuantizeLinear to uint8 (the integers moved by 128) and DequantizeLinear.
 *
 * - **value** – name of the new value
 * - **key** – name of the scale and zero point
 */
export function roundValue(builder: GraphBuilder, x: string, value: string, key: string, qparams: QParams): string {
  const { bits, scale, zeroPoint, narrow } = qparams, [lowest, highest] = levelRange(qparams);
  if (bits !== 8 || narrow) throw new Error(`exportOnnx: unsupported levels of ${key}: ${bits} bits${narrow ? ", narrow" : ""}; expected all 256 of 8 bits`);
  if (zeroPoint < lowest || zeroPoint > highest) throw new RangeError(`exportOnnx: invalid zero point of ${key}: ${zeroPoint}; expected ${lowest} to ${highest}`);
  const scaleName = builder.floats(`${key}.scale`, Float32Array.of(scale), []);
  const zeroName = builder.constant(`${key}.zero_point`, () => ({ type: "uint8", dims: [], data: Uint8Array.of(zeroPoint - lowest) }));
  return builder.node("DequantizeLinear", value, [builder.node("QuantizeLinear", `${value}.quantized`, [x, scaleName, zeroName]), scaleName, zeroName]);
}

/** How kernels lie in the file: int8, or the same integers plus 128 as uint8. */
export type KernelType = "int8" | "uint8";

/**
 * A quantized kernel [k, k, in, out] as integers [out, in, k, k] and its DequantizeLinear.
 *
 * Returns the value's name and the scale of each output channel.
 */
export function quantizedKernel(builder: GraphBuilder, name: string, kernel: tf.Tensor, qparams: readonly QParams[], granularity: Granularity, type: KernelType): { value: string; scales: Float64Array } {
  for (const { bits, zeroPoint } of qparams) {
    const [low, high] = integerRange(bits);
    if (bits > 8) throw new Error(`exportOnnx: unsupported bits of ${name}: ${bits}; expected at most 8`);
    if (zeroPoint < low || zeroPoint > high) throw new RangeError(`exportOnnx: invalid zero point of ${name}: ${zeroPoint}; expected ${low} to ${high}`);
  }
  const [height, width, ci, out] = kernel.shape as [number, number, number, number];
  const { groups, size } = groupsOf(kernel.shape, granularity);
  if (granularity.kind !== "perTensor" && granularity.axis !== 3) throw new Error(`exportOnnx: unsupported axis of the scales of ${name}: ${granularity.axis}; expected 3, the output channels`);
  const integers = quantize(kernel, qparams, granularity), values = integers.dataSync(), [lowest, highest] = integerRange(8);
  integers.dispose();
  const array = type === "int8" ? Int8Array : Uint8Array, offset = type === "int8" ? 0 : -lowest, data = new array(values.length);
  for (let o = 0; o < out; o++) for (let c = 0; c < ci; c++) for (let at = 0; at < height * width; at++) {
    const q = values[(at * ci + c) * out + o];
    if (q < lowest || q > highest) throw new RangeError(`exportOnnx: invalid integer of ${name}: ${q}; expected ${lowest} to ${highest}`);
    data[(o * ci + c) * height * width + at] = q + offset;
  }
  const perChannel = groups > 1, dims = perChannel ? [out] : [];
  const ofChannel = (o: number): QParams => qparams[perChannel ? Math.floor(o / size) : 0], scales = Float64Array.from({ length: out }, (_, o) => ofChannel(o).scale);
  const tensor = builder.constant(`${name}.weight`, () => ({ type, dims: [out, ci, height, width], data }));
  const scale = builder.floats(`${name}.weight.scale`, Float32Array.from(perChannel ? scales : scales.subarray(0, 1)), dims);
  const zero = builder.constant(`${name}.weight.zero_point`, () => ({ type, dims, data: new array(perChannel ? out : 1).map((_, o) => ofChannel(o).zeroPoint + offset) }));
  return { value: builder.node("DequantizeLinear", `${name}.weight.dequantized`, [tensor, scale, zero], perChannel ? { axis: 0 } : {}), scales };
}

/** A bias as int32 at the scale of its convolution's products, as integer kernels add it, and its DequantizeLinear. */
export function quantizedBias(builder: GraphBuilder, name: string, bias: ArrayLike<number>, inputScale: number, kernelScales: Float64Array): string {
  const scales = Float32Array.from(kernelScales, (scale) => Math.fround(scale) * Math.fround(inputScale));
  const integers = Array.from(bias, (value, o) => Math.round(value / scales[o]));
  const worst = integers.findIndex((value) => !(Math.abs(value) < 2 ** 31));
  if (worst >= 0) throw new RangeError(`exportOnnx: invalid bias of ${name}: ${bias[worst]} at scale ${scales[worst]}; expected one within int32`);
  const tensor = builder.constant(`${name}.bias`, () => ({ type: "int32", dims: [bias.length], data: Int32Array.from(integers) }));
  const scale = builder.floats(`${name}.bias.scale`, scales);
  const zero = builder.constant(`${name}.bias.zero_point`, () => ({ type: "int32", dims: [bias.length], data: new Int32Array(bias.length) }));
  return builder.node("DequantizeLinear", `${name}.bias.dequantized`, [tensor, scale, zero], { axis: 0 });
}
