import { dequantize as dequantizeAll, quantize as quantizeAll } from "../../quantize/affine";
import { functionExercise, valueExercise, type Exercise } from "../exercise";

// no value lies on the middle between two levels: the rule for halves is another question
const REALS = [-1.3, -0.61, 0, 0.47, 0.9, 2.15, 7], INTEGERS = [-8, -4, 0, 3, 7];
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
type Quantize = (x: number[], scale: number, zeroPoint: number, bits: number) => number[];
const quantizing = (level: (x: number, scale: number, zeroPoint: number, half: number) => number): Quantize => (x, scale, zeroPoint, bits) => x.map((value) => level(value, scale, zeroPoint, 2 ** (bits - 1)));

/** Chapter 01. */
export const affineExercises: readonly Exercise[] = [
  valueExercise({
    title: "scale of the range [-0.5, 1.5] at 4 bits",
    answer: 2 / 15,
    mistakes: [
      { answer: 2 / 16, says: "16 levels have one step fewer between them: divide by 2^k - 1" },
      { answer: 2, says: "your scale is 15 times too large: did you divide by 2^k - 1?" },
      { answer: 2 / 255, says: "that would be 8 bits; here k = 4" },
      { answer: 1.5 / 15, says: "the range does not begin at 0: its width is c - a" },
      { answer: 1 / 15, says: "the width is c - a; minus a negative number adds" },
      { answer: 1.5 / 7, says: "that is the symmetric scale, max|x| / (2^(k-1) - 1); asymmetric levels span c - a" },
      { answer: 15 / 2, says: "this is the inverse: steps per unit rather than units per step" },
    ],
    remark: "2 / 15: the width of the range over the number of steps, one fewer than the levels",
  }),
  valueExercise({
    title: "zero point of the same range",
    answer: -4,
    mistakes: [
      { answer: 4, says: "that is the zero point of unsigned integers, 0 to 15; ours begin at -2^(k-1)" },
      { answer: -12, says: "the sign of round(a / s): z = -round(a / s) - 2^(k-1), and a is negative" },
      { answer: -4.25, says: "a zero point is an integer: round a / s, so that 0 has a level of its own" },
      { answer: -5, says: "a / s is rounded to the nearest integer, not cut off" },
      { answer: 12, says: "the zero point lies 2^(k-1) below, not above: subtract it" },
      { answer: 0, says: "0 is the zero point of symmetric levels; this range is not symmetric" },
    ],
    remark: "-4: the real number 0 becomes this integer, and comes back as exactly 0",
  }),
  functionExercise<Parameters<Quantize>, number[]>({
    title: "quantize",
    cases: [[REALS, 0.5, -4, 4], [REALS, 0.02, 10, 8], [[0.3], 0.25, 0, 3]],
    solution: (x, scale, zeroPoint, bits) => Array.from(quantizeAll(x, { bits, scale, zeroPoint })),
    mistakes: [
      { answer: quantizing((x, s, z) => Math.round(x / s) + z), says: "values outside the range leave the integers of k bits: clamp to -2^(k-1) .. 2^(k-1) - 1" },
      { answer: quantizing((x, s, z, half) => clamp(Math.floor(x / s) + z, -half, half - 1)), says: "you round down; round to the nearest level, which halves the worst error" },
      { answer: quantizing((x, s, z, half) => clamp(Math.trunc(x / s) + z, -half, half - 1)), says: "you cut off toward 0; round to the nearest level" },
      { answer: quantizing((x, s, z, half) => clamp(x / s + z, -half, half - 1)), says: "these are no integers yet: round x / s" },
      { answer: quantizing((x, s, z, half) => clamp(Math.round(x / s) - z, -half, half - 1)), says: "the zero point is added: 0 must become z" },
      { answer: quantizing((x, s, _, half) => clamp(Math.round(x / s), -half, half - 1)), says: "where is the zero point? 0 must become z" },
      { answer: quantizing((x, s, z, half) => clamp(Math.round(x * s) + z, -half, half - 1)), says: "x is divided by the scale; you multiply" },
      { answer: quantizing((x, s, z, half) => clamp(Math.round(x / s) + z, 0, 2 * half - 1)), says: "you clamp to unsigned integers; ours go from -2^(k-1) to 2^(k-1) - 1" },
      { answer: quantizing((x, s, z, half) => clamp(Math.round(x / s) + z, -half, half)), says: "the largest integer of k bits is 2^(k-1) - 1" },
      { answer: quantizing((x, s, z, half) => clamp(Math.round(x / s), -half, half - 1) + z), says: "clamp after the zero point is added, not before" },
    ],
    remark: "divide, round, add the zero point, clamp: in this order",
  }),
  functionExercise<[q: number[], scale: number, zeroPoint: number], number[]>({
    title: "dequantize",
    cases: [[INTEGERS, 0.5, -4], [INTEGERS, 0.02, 1]],
    solution: (q, scale, zeroPoint) => Array.from(dequantizeAll(q, { bits: 8, scale, zeroPoint })),
    mistakes: [
      { answer: (q, s, z) => q.map((value) => s * value - z), says: "subtract the zero point first, then multiply: z is an integer, not a real" },
      { answer: (q, s, z) => q.map((value) => s * (value + z)), says: "the zero point is subtracted: z must become 0" },
      { answer: (q, s) => q.map((value) => s * value), says: "where is the zero point? z must become 0" },
      { answer: (q, s, z) => q.map((value) => (value - z) / s), says: "quantizing divided by the scale; going back multiplies" },
    ],
    remark: "scale x (q - z): what clipping and rounding took does not come back",
  }),
  valueExercise({
    title: "bits for an error of at most 0.01",
    answer: 8,
    mistakes: [
      { answer: 9, says: "a value lies at most half a step from the nearest level: the step may be twice the error" },
      { answer: 7, says: "7 bits have 127 steps over a width of 4: half a step is more than 0.01" },
      { answer: 200, says: "that is the number of steps; how many bits have so many?" },
      { answer: 256, says: "that is the number of levels; how many bits are they?" },
      { answer: Math.log2(200), says: "bits are whole: round up" },
      { answer: Math.log2(201), says: "bits are whole: round up" },
      { answer: 6, says: "the width of [-1, 3] is 4, and half a step may be 0.01" },
    ],
    tolerance: 1e-3,
    remark: "200 steps of 0.02 need 2^k - 1 >= 200, so k = 8; each further bit halves the error",
  }),
];
