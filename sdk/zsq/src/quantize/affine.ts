import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import { roundHalfToEven } from "../tensor/round";
import { forEachRun, groupsOf, perTensor, type Granularity } from "./granularity";

/** How reals map to integers of `bits` bits: real = scale * (integer - zeroPoint), integers from -2^(bits-1), or narrow 1 - 2^(bits-1), to 2^(bits-1)-1. */
export interface QParams {
  bits: number;
  /** step between neighbouring levels, > 0, in the units of the tensor */
  scale: number;
  /** integer that stands for 0; one of the integers unless the range excluded 0 */
  zeroPoint: number;
  /** the lowest integer is not used, so that the levels lie symmetrically; absent: it is */
  narrow?: true;
}

export interface QParamsOptions {
  /** levels -max|x| .. max|x| with zero point 0, as TensorRT's; defaults to false: the paper's asymmetric levels */
  symmetric?: boolean;
  /** widens the range to contain 0 first, so that zero padding stays exact; defaults to true. false: the paper's formula as it stands */
  includeZero?: boolean;
  /** leaves out the lowest integer: 2^bits - 1 levels; defaults to false */
  narrow?: boolean;
}

/** The smallest scale; a range of zeros only gets it. */
export const MIN_SCALE = 2 ** -100;

/** Smallest and largest integer of so many bits. */
export const integerRange = (bits: number, narrow = false): [number, number] => [(narrow ? 1 : 0) - 2 ** (bits - 1), 2 ** (bits - 1) - 1];

/** Smallest and largest integer of a quantization. */
export const levelRange = ({ bits, narrow }: QParams): [number, number] => integerRange(bits, narrow);

/**
 * The scale and zero point that map the range [min, max] onto the integers of `bits` bits, in double precision:
 * s = (max - min) / (2^bits - 1), z = -round(min / s) - 2^(bits-1), halves rounded to even.
 *
 * The range is first widened to contain 0. Constant tensors: a constant c != 0 gives the range between 0 and c, and c is
 * exact; zeros give the scale 2^-100, so that everything becomes 0 (to within 2^-92). No scale is smaller. With includeZero false a
 * constant c != 0 gives scale |c| and zero point 0: c is exact again.
 * Symmetric: s = max(|min|, |max|) / (2^(bits-1) - 1), z = 0.
 *
 * - **min**, **max** – finite, min <= max
 * - **bits** – 2 to 16; defaults to 8
 *
 * Throws if bits or the range is invalid.
 *
 * Source: Sevsay and Akagunduz 2024, section 3.1.
 *
 * @example chooseQParams(-1, 3) // { bits: 8, scale: 4 / 255, zeroPoint: -64 }
 */
export function chooseQParams(min: number, max: number, bits = 8, { symmetric = false, includeZero = true, narrow = false }: QParamsOptions = {}): QParams {
  checkBits("chooseQParams", bits);
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) throw new RangeError(`chooseQParams: invalid range: [${min}, ${max}]; expected finite min <= max`);
  const rest = narrow ? { narrow } : {}, [lowest, highest] = integerRange(bits, narrow);
  if (symmetric) return { bits, scale: Math.max(Math.max(Math.abs(min), Math.abs(max)) / highest, MIN_SCALE), zeroPoint: 0, ...rest };
  const [low, high] = includeZero ? [Math.min(min, 0), Math.max(max, 0)] : [min, max];
  if (low === high && low !== 0) return { bits, scale: Math.abs(low), zeroPoint: 0, ...rest };
  const scale = Math.max((high - low) / (highest - lowest), MIN_SCALE);
  return { bits, scale, zeroPoint: lowest - roundHalfToEven(low / scale), ...rest };
}

/** Throws unless the scale is finite and > 0 and the zero point an integer. */
export function checkQParams(where: string, { bits, scale, zeroPoint }: QParams): void {
  checkBits(where, bits);
  if (!(scale > 0 && scale < Infinity)) throw new RangeError(`${where}: invalid scale: ${scale}; expected a finite number > 0`);
  if (!Number.isInteger(zeroPoint)) throw new RangeError(`${where}: invalid zero point: ${zeroPoint}; expected an integer`);
}

/** Throws unless bits is an integer from 2 to 16. */
export function checkBits(where: string, bits: number): void {
  if (!Number.isInteger(bits) || bits < 2 || bits > 16) throw new RangeError(`${where}: invalid bits: ${bits}; expected an integer from 2 to 16`);
}

/**
 * The integers clamp(round(x / scale) + zeroPoint), in double precision, halves rounded to even. Infinities take the
 * outermost level.
 *
 * - **x** – numbers, or a float32 tensor of any shape
 * - **qparams** – one, or for perAxis one per index of the axis
 *
 * Returns an Int32Array, or an int32 tensor of the same shape that the caller disposes.
 * Throws if x holds a NaN or there is not one QParams per scale.
 *
 * @example quantize([0, 0.1, 3], chooseQParams(-1, 3)) // [-64, -58, 127]
 */
export function quantize(x: ArrayLike<number>, qparams: QParams): Int32Array;
export function quantize(x: tf.Tensor, qparams: QParams | readonly QParams[], granularity?: Granularity): tf.Tensor;
export function quantize(x: ArrayLike<number> | tf.Tensor, qparams: QParams | readonly QParams[], granularity = perTensor): Int32Array | tf.Tensor {
  const [values, shape] = flat(x);
  const out = apply("quantize", values, new Int32Array(values.length), shape, qparams, granularity);
  return x instanceof tf.Tensor ? tf.tensor(out, shape, "int32") : out;
}

/**
 * The reals scale * (q - zeroPoint) of integers q.
 *
 * Returns a Float64Array, or for a tensor a float32 tensor of the same shape that the caller disposes.
 * Throws if q holds a NaN or there is not one QParams per scale.
 */
export function dequantize(q: ArrayLike<number>, qparams: QParams): Float64Array;
export function dequantize(q: tf.Tensor, qparams: QParams | readonly QParams[], granularity?: Granularity): tf.Tensor;
export function dequantize(q: ArrayLike<number> | tf.Tensor, qparams: QParams | readonly QParams[], granularity = perTensor): Float64Array | tf.Tensor {
  const [values, shape] = flat(q);
  if (!(q instanceof tf.Tensor)) return apply("dequantize", values, new Float64Array(values.length), shape, qparams, granularity);
  return tf.tensor(apply("dequantize", values, new Float32Array(values.length), shape, qparams, granularity), shape, "float32");
}

/**
 * dequantize(quantize(x)): the nearest level to each value.
 *
 * Computed in double precision and rounded once to the result's type; for large activations fakeQuantizeFast does
 * the same in single precision.
 *
 * Returns a Float32Array for a Float32Array, a Float64Array for other numbers, or a float32 tensor that the caller disposes.
 * Throws if x holds a NaN or there is not one QParams per scale.
 *
 * @example fakeQuantize([0, 0.1, 9], chooseQParams(-1, 3)) // [0, 0.0941, 2.996]
 */
export function fakeQuantize(x: Float32Array, qparams: QParams): Float32Array;
export function fakeQuantize(x: ArrayLike<number>, qparams: QParams): Float64Array | Float32Array;
export function fakeQuantize<T extends tf.Tensor>(x: T, qparams: QParams | readonly QParams[], granularity?: Granularity): T;
export function fakeQuantize(x: ArrayLike<number> | tf.Tensor, qparams: QParams | readonly QParams[], granularity = perTensor): Float64Array | Float32Array | tf.Tensor {
  const [values, shape] = flat(x);
  const out = values instanceof Float32Array ? new Float32Array(values.length) : new Float64Array(values.length);
  apply("fakeQuantize", values, out, shape, qparams, granularity);
  return x instanceof tf.Tensor ? tf.tensor(out as Float32Array, shape, "float32") : out;
}

/**
 * fakeQuantize of a whole tensor by one TensorFlow kernel in single precision: equal to it but for values that are
 * within float32 rounding of the middle between two levels, which may take the other one.
 *
 * - **x** – float32, any shape; a NaN is not noticed
 *
 * Returns a tensor of the same shape that the caller disposes.
 * Throws if 0 is not one of the levels, as only includeZero: false can bring about.
 */
export function fakeQuantizeFast<T extends tf.Tensor>(x: T, qparams: QParams): T {
  checkQParams("fakeQuantizeFast", qparams);
  const { bits, scale, zeroPoint, narrow } = qparams, [lowest, highest] = levelRange(qparams);
  if (zeroPoint < lowest || zeroPoint > highest) throw new RangeError(`fakeQuantizeFast: invalid zero point: ${zeroPoint}; expected ${lowest} to ${highest}; try fakeQuantize`);
  return kernels.fakeQuantWithRange(x, (lowest - zeroPoint) * scale, (highest - zeroPoint) * scale, bits, narrow) as tf.Tensor as T;
}

const flat = (x: ArrayLike<number> | tf.Tensor): [ArrayLike<number>, number[]] => (x instanceof tf.Tensor ? [x.dataSync(), x.shape] : [x, [x.length]]);

// The integers of the values, their reals, or (fakeQuantize) the reals of their integers, by the QParams of each one's group.
function apply<A extends Int32Array | Float32Array | Float64Array>(
  where: "quantize" | "dequantize" | "fakeQuantize", values: ArrayLike<number>, out: A, shape: readonly number[], qparams: QParams | readonly QParams[], granularity: Granularity,
): A {
  const params = Array.isArray(qparams) ? (qparams as readonly QParams[]) : [qparams as QParams];
  const layout = groupsOf(shape, granularity), { groups } = layout;
  if (params.length !== groups) {
    const rule = granularity.kind === "perTensor" ? "for the whole tensor" : `for axis ${granularity.axis} of [${shape}]`;
    throw new RangeError(`${where}: invalid number of scales: ${params.length}; expected ${groups} ${rule}`);
  }
  const rounds = where !== "dequantize", restores = where !== "quantize";
  for (const each of params) checkQParams(where, each);
  const bounds = params.map(levelRange);
  forEachRun(shape, layout, (from, to, group) => {
    const { scale, zeroPoint } = params[group], lowest = bounds[group][0], highest = bounds[group][1];
    for (let i = from; i < to; i++) {
      let value = values[i];
      if (value !== value) throw new Error(`${where}: invalid value: NaN at position ${i}; expected numbers`);
      if (rounds) value = Math.min(Math.max(roundHalfToEven(value / scale) + zeroPoint, lowest), highest);
      out[i] = restores ? scale * (value - zeroPoint) : value;
    }
  });
  return out;
}
