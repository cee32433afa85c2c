import { chooseQParams, fakeQuantize } from "../../quantize/affine";
import { functionExercise, valueExercise, type Exercise } from "../exercise";

const VALUES = [0.1, 0.4, 0.45, 0.8, 1.1, 1.3, 1.7, 6], SIGNED = [-2.2, -0.7, 0.3, 0.9, 1.6];
const rounded = (x: readonly number[], min: number, max: number, bits: number): number[] => Array.from(fakeQuantize([...x], chooseQParams(min, max, bits)));
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const squares = (x: readonly number[], min: number, max: number, bits: number): number[] => rounded(x, min, max, bits).map((y, i) => (y - x[i]) ** 2);
const meanSquare = (x: readonly number[], max: number, bits: number): number => sum(squares(x, 0, max, bits)) / x.length;
const best = (candidates: readonly number[], figure: (candidate: number) => number): number => candidates.reduce((a, b) => (figure(b) < figure(a) ? b : a));

/** Chapter 02. */
export const calibrationExercises: readonly Exercise[] = [
  valueExercise({
    title: "steps lost to one outlier",
    answer: 10,
    mistakes: [
      { answer: 0.1, says: "the other way round: the step with the outlier over the step without it" },
      { answer: 54, says: "that is the difference; the question is how many times larger the step gets" },
      { answer: 60 / 255, says: "that is the new step; how many times the old one is it?" },
      { answer: 1, says: "minimum and maximum clip nothing, so the outlier stretches the range, and the step with it" },
    ],
    remark: "ten times: all other values share a tenth of the levels. A percentile leaves the outlier out and clips it",
  }),
  functionExercise<[x: number[], min: number, max: number], number>({
    title: "share of values that are clipped",
    cases: [[VALUES, 0, 1.5], [SIGNED, -1, 1], [SIGNED, -3, 3], [[0.2, 1.5], 0, 1.5]],
    solution: (x, min, max) => x.filter((value) => value < min || value > max).length / x.length,
    mistakes: [
      { answer: (x, min, max) => x.filter((value) => value < min || value > max).length, says: "that is a number of values; the share divides by how many there are" },
      { answer: (x, min, max) => (100 * x.filter((value) => value < min || value > max).length) / x.length, says: "that is in percent; a share lies between 0 and 1" },
      { answer: (x, _, max) => x.filter((value) => value > max).length / x.length, says: "values below the minimum are clipped as well" },
      { answer: (x, min, max) => x.filter((value) => value >= min && value <= max).length / x.length, says: "that is the share that stays" },
      { answer: (x, min, max) => x.filter((value) => value <= min || value >= max).length / x.length, says: "a value at the very end of the range is not clipped" },
    ],
    remark: "what is clipped at percentile 99.99 is one value in ten thousand at each end: few, but perhaps the ones that matter",
  }),
  functionExercise<[x: number[], min: number, max: number, bits: number], number>({
    title: "mean squared error of a range",
    cases: [[VALUES, 0, 1.5, 4], [VALUES, 0, 6, 4], [SIGNED, -1, 1, 3]],
    solution: (x, min, max, bits) => sum(squares(x, min, max, bits)) / x.length,
    mistakes: [
      { answer: (x, min, max, bits) => sum(squares(x, min, max, bits)), says: "that is the sum; the mean divides by the number of values" },
      { answer: (x, min, max, bits) => sum(squares(x, min, max, bits).map(Math.sqrt)) / x.length, says: "that is the mean of the absolute errors; square them" },
      { answer: (x, min, max, bits) => Math.sqrt(sum(squares(x, min, max, bits)) / x.length), says: "that is the root of it; leave out the square root" },
      { answer: (x, min, max, bits) => sum(rounded(x, min, max, bits).map((y, i) => y - x[i])) / x.length, says: "errors of opposite sign cancel: square each before you add" },
      { answer: (x, min, max, bits) => sum(squares(x.map((value) => Math.min(Math.max(value, min), max)), min, max, bits)) / x.length, says: "you compare with the clipped value; the error counts from the value as it was" },
    ],
    remark: "clipping and rounding in one number: this is what meanSquaredError and l2Search weigh",
  }),
  functionExercise<[x: number[], candidates: number[], bits: number], number>({
    title: "the best maximum",
    cases: [[VALUES, [1, 2, 4, 6], 2], [VALUES, [1, 2, 4, 6], 4], [VALUES, [0.5, 1.7, 6], 8], [[0.2, 0.4, 0.9, 1], [1, 2, 4], 3]],
    solution: (x, candidates, bits) => best(candidates, (max) => meanSquare(x, max, bits)),
    mistakes: [
      { answer: (_, candidates) => Math.max(...candidates), says: "the largest clips nothing, but its steps are the coarsest: compare the errors" },
      { answer: (_, candidates) => Math.min(...candidates), says: "the smallest has the finest steps, but clips most: compare the errors" },
      { answer: (x, candidates, bits) => best(candidates, (max) => -meanSquare(x, max, bits)), says: "you take the largest error; the smallest is asked for" },
      { answer: (x, candidates, bits) => Math.min(...candidates.map((max) => meanSquare(x, max, bits))), says: "that is the smallest error; which maximum has it?" },
      { answer: (x, candidates, bits) => candidates.map((max) => meanSquare(x, max, bits)).indexOf(Math.min(...candidates.map((max) => meanSquare(x, max, bits)))), says: "that is the place of the best maximum; return the maximum" },
    ],
    remark: "the more bits, the less there is to gain by clipping",
  }),
];
