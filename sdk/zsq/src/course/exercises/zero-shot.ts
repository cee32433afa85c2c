import { functionExercise, valueExercise, type Exercise } from "../exercise";

interface Interval { low: number; high: number }
const RANGES: [Interval, Interval][] = [[{ low: -1, high: 4 }, { low: -1, high: 2 }], [{ low: 0, high: 4 }, { low: 0, high: 9 }], [{ low: -3, high: 3 }, { low: -2, high: 5 }], [{ low: -1, high: 1 }, { low: -1, high: 1 }]];
const width = ({ low, high }: Interval): number => high - low;

/** Chapter 05. */
export const zeroShotExercises: readonly Exercise[] = [
  valueExercise({
    title: "size of the paper's thermal detector at 8 bits, in MiB",
    answer: 36373375 / 2 ** 20,
    tolerance: 2e-3,
    mistakes: [
      { answer: 36373375 / 1e6, says: "that is in millions of bytes; a MiB has 2^20" },
      { answer: (36373375 * 4) / 2 ** 20, says: "that is full precision: four bytes for each parameter" },
      { answer: (36373375 * 8) / 2 ** 20, says: "eight bits are one byte" },
      { answer: 36373375 / 2 ** 10, says: "that is in KiB" },
      { answer: (36373375 / 2) / 2 ** 20, says: "that would be four bits for each parameter" },
    ],
    remark: "34.7, as the paper prints: one byte for each parameter, a quarter of full precision",
  }),
  functionExercise<[real: Interval, other: Interval], { clipped: number; wasted: number }>({
    title: "what a range clips, and what it wastes",
    cases: RANGES,
    solution: (real, other) => ({
      clipped: Math.max(other.low - real.low, 0) + Math.max(real.high - other.high, 0), wasted: Math.max(real.low - other.low, 0) + Math.max(other.high - real.high, 0),
    }),
    mistakes: [
      { answer: (real, other) => ({ wasted: Math.max(other.low - real.low, 0) + Math.max(real.high - other.high, 0), clipped: Math.max(real.low - other.low, 0) + Math.max(other.high - real.high, 0) }), says: "the two are exchanged: clipped is what real images have outside the range, wasted what the range has outside theirs" },
      { answer: (real, other) => ({ clipped: Math.max(width(real) - width(other), 0), wasted: Math.max(width(other) - width(real), 0) }), says: "widths are not enough: a range can clip at one end and waste at the other" },
      { answer: (real, other) => ({ clipped: Math.max(real.high - other.high, 0), wasted: Math.max(other.high - real.high, 0) }), says: "you look at the upper end alone; ranges have two" },
      { answer: (real, other) => ({ clipped: other.low - real.low + real.high - other.high, wasted: real.low - other.low + other.high - real.high }), says: "what one end wastes does not make up for what the other clips: take at least 0 of each" },
    ],
    remark: "noise tends to clip in one layer and waste in another; one number for the whole network hides it",
  }),
  functionExercise<[difference: Interval], string>({
    title: "what an interval decides",
    cases: [[{ low: -2.1, high: -0.3 }], [{ low: -0.4, high: 0.2 }], [{ low: 0.1, high: 1.5 }], [{ low: -0.1, high: 1.2 }], [{ low: -1.2, high: 0.1 }]],
    solution: ({ low, high }) => (high < 0 ? "worse" : low > 0 ? "better" : "undecided"),
    mistakes: [
      { answer: ({ low, high }) => (low + high < 0 ? "worse" : "better"), says: "you look at the middle alone; if the interval contains 0, the images decide nothing" },
      { answer: ({ low, high }) => (high < 0 ? "better" : low > 0 ? "worse" : "undecided"), says: "the difference is first minus second: below 0 the first is worse" },
      { answer: ({ low, high }) => (low < 0 ? "worse" : high > 0 ? "better" : "undecided"), says: "one end below 0 is not enough: the whole interval must lie on one side" },
      { answer: ({ low, high }) => (high < 0 ? "worse" : low > 0 ? "better" : "equal"), says: "an interval around 0 does not show that they are equal: say \"undecided\"" },
    ],
    remark: "no difference seen is not: no difference. More images make the interval narrower",
  }),
  functionExercise<[a: number[], b: number[]], number>({
    title: "pairs of the same images",
    cases: [[[0.5, 0.2, 0.9], [0.4, 0.1, 0.8]], [[0.3, 0.7], [0.5, 0.5]], [[0.6, 0.1, 0.4, 0.9], [0.7, 0.1, 0.2, 0.6]]],
    solution: (a, b) => {
      const differences = a.map((value, i) => value - b[i]), mean = differences.reduce((x, y) => x + y, 0) / a.length;
      return Math.sqrt(differences.reduce((total, value) => total + (value - mean) ** 2, 0) / (a.length - 1));
    },
    tolerance: 1e-3,
    mistakes: [
      { answer: (a, b) => Math.sqrt(variance(a) + variance(b)), says: "that is the spread of two unrelated sets; the images are the same: take the differences first" },
      { answer: (a, b) => variance(a.map((value, i) => value - b[i])), says: "that is the variance; the deviation is its root" },
      { answer: (a, b) => Math.sqrt((variance(a.map((value, i) => value - b[i])) * (a.length - 1)) / a.length), says: "divide by n - 1: the mean was taken from the same differences" },
      { answer: (a, b) => a.reduce((total, value, i) => total + value - b[i], 0) / a.length, says: "that is the mean of the differences; how much do they vary?" },
      { answer: (a, b) => Math.sqrt(variance(a)) - Math.sqrt(variance(b)), says: "a difference of two deviations is not the deviation of the differences" },
    ],
    remark: "hard images are hard for both, and pairs let that cancel: this is why differences have narrower intervals than mAP",
  }),
];

function variance(x: readonly number[]): number {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return x.reduce((total, value) => total + (value - mean) ** 2, 0) / (x.length - 1);
}
