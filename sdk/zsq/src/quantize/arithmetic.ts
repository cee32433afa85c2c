import { roundHalfToEven } from "../tensor/round";
import { checkQParams, chooseQParams, integerRange, levelRange, quantize, type QParams } from "./affine";
import type { Range } from "./range";

/** The affine arithmetic of one program: how it picks scale and zero point, and how it rounds. */
export interface Arithmetic {
  /** Scale and zero point for a range; symmetric: zero point 0. */
  choose(range: Range, options: ArithmeticOptions): QParams;
  /** The integers of float32 values, as that program computes them. */
  quantize(x: Float32Array, qparams: QParams): Int32Array;
}

export interface ArithmeticOptions {
  /** 2 to 16 */
  bits: number;
  symmetric?: boolean;
  /** leaves out the lowest integer */
  narrow?: boolean;
}

export type ArithmeticName = "paper" | "pytorch-quantization" | "onnxruntime" | "tflite";

const FLOAT32_TINY = 2 ** -126;
const { fround } = Math;

/**
 * Equation 1 of the paper in double precision, on a range widened to contain 0; for the formula on the range as it
 * stands see chooseQParams with includeZero false.
 */
const paper: Arithmetic = {
  choose: ({ min, max }, { bits, symmetric, narrow }) => chooseQParams(min, max, bits, { symmetric, narrow }),
  quantize: (x, qparams) => quantize(x, qparams),
};

/** Symmetric only, float32: x * (bound / amax), halves to even. amax up to 2^-24 makes everything 0. */
const pytorchQuantization: Arithmetic = {
  choose(range, { bits, symmetric = true, narrow }) {
    if (!symmetric) throw new Error("chooseQParams: unsupported asymmetric pytorch-quantization; expected symmetric: true, which is all it has");
    const amax = fround(magnitude(range));
    // the reciprocal of its float32 factor, so that quantize() can give the factor back
    const chosen = chooseQParams(-amax, amax, bits, { symmetric, narrow });
    return amax <= 2 ** -24 ? { ...chosen, scale: 1 } : chosen;
  },
  quantize: (x, qparams) => {
    checkQParams("quantize", qparams);
    const bound = integerRange(qparams.bits)[1], factor = fround(bound / fround(qparams.scale * bound));
    return integers(x, qparams, (value) => roundHalfToEven(fround(value * factor)));
  },
};

/** Scales stored as float32, float32 quotients, halves to even; a range too small for float32 gets scale 1. */
const onnxruntime: Arithmetic = {
  choose(range, { bits, symmetric = false, narrow = false }) {
    const [lowest, highest] = integerRange(bits, narrow), rest = narrow ? { narrow: true as const } : {};
    checkRange(range);
    const amax = magnitude(range);
    const [min, max] = symmetric ? [-amax, amax] : [Math.min(range.min, 0), Math.max(range.max, 0)];
    const scale = (max - min) / (highest - lowest);
    if (scale < FLOAT32_TINY) return { bits, scale: 1, zeroPoint: 0, ...rest };
    const zeroPoint = symmetric ? roundHalfToEven((lowest + highest) / 2) : roundHalfToEven(lowest - min / scale);
    return { bits, scale: fround(scale), zeroPoint: zeroPoint || 0, ...rest };
  },
  quantize: (x, qparams) => {
    const scale = fround(qparams.scale);
    return integers(x, qparams, (value) => roundHalfToEven(fround(value / scale)));
  },
};

/** Scale in double precision, zero point from the end of the range that it fits better, halves away from 0. */
const tflite: Arithmetic = {
  choose(range, { bits, symmetric = false, narrow = false }) {
    checkRange(range);
    if (symmetric) return chooseQParams(range.min, range.max, bits, { symmetric, narrow });
    const [lowest, highest] = integerRange(bits, narrow), rest = narrow ? { narrow: true as const } : {};
    const min = Math.min(range.min, 0), max = Math.max(range.max, 0);
    if (min === max) return { bits, scale: 1, zeroPoint: 0, ...rest };
    const scale = (max - min) / (highest - lowest);
    const [fromMin, fromMax] = [lowest - min / scale, highest - max / scale];
    const [errorAtMin, errorAtMax] = [Math.abs(lowest) + Math.abs(min / scale), Math.abs(highest) + Math.abs(max / scale)];
    const exact = errorAtMin < errorAtMax ? fromMin : fromMax;
    return { bits, scale, zeroPoint: Math.min(Math.max(roundHalfAway(exact), lowest), highest) || 0, ...rest };
  },
  quantize: (x, qparams) => {
    const scale = fround(qparams.scale);
    return integers(x, qparams, (value) => roundHalfAway(fround(value / scale)));
  },
};

/**
 * The arithmetics by name. They agree but for ties, precision and ranges without extent; the fixture
 * test/fixtures/zsq/quantize/arithmetic.json holds the references' integers.
 */
export const arithmetics: Readonly<Record<ArithmeticName, Arithmetic>> = { paper, "pytorch-quantization": pytorchQuantization, onnxruntime, tflite };

const magnitude = ({ min, max }: Range): number => Math.max(Math.abs(min), Math.abs(max));

const roundHalfAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

function checkRange({ min, max }: Range): void {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) throw new RangeError(`chooseQParams: invalid range: [${min}, ${max}]; expected finite min <= max`);
}

function integers(x: Float32Array, qparams: QParams, round: (value: number) => number): Int32Array {
  checkQParams("quantize", qparams);
  const [lowest, highest] = levelRange(qparams);
  return Int32Array.from(x, (value, i) => {
    if (Number.isNaN(value)) throw new Error(`quantize: invalid value: NaN at position ${i}; expected numbers`);
    return Math.min(Math.max(round(value) + qparams.zeroPoint, lowest), highest);
  });
}
