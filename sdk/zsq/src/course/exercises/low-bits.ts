import { functionExercise, valueExercise, type Exercise } from "../exercise";

type Layer = { name: string; error: number; parameters: number };
const LAYERS: Layer[] = [{ name: "a", error: 0.2, parameters: 900 }, { name: "b", error: 0.7, parameters: 400 }, { name: "c", error: 0.1, parameters: 5000 }, { name: "d", error: 0.4, parameters: 2000 }];
const by = (layers: readonly Layer[], figure: (layer: Layer) => number, count: number): string[] => [...layers].sort((x, y) => figure(y) - figure(x)).slice(0, count).map(({ name }) => name);
const GRADIENTS = [1, -2, 0.5, 3, -1], INPUTS = [-2, -0.4, 0.3, 1, 5];

/** Chapter 06. */
export const lowBitExercises: readonly Exercise[] = [
  valueExercise({
    title: "decibels per bit",
    answer: 20 * Math.log10(2),
    tolerance: 5e-3,
    mistakes: [
      { answer: 10 * Math.log10(2), says: "half the error is a quarter of its power, and decibels count power" },
      { answer: 2, says: "that is the factor of the error; in decibels it is 10 log10 of the factor of its power" },
      { answer: 4, says: "that is the factor of the power; take 10 log10 of it" },
      { answer: -20 * Math.log10(2), says: "the sign: one more bit makes the noise weaker and the ratio larger" },
      { answer: 20 * Math.log(2), says: "decibels take the logarithm to base 10" },
    ],
    remark: "6 dB for every bit, as long as nothing is clipped: from 8 to 4 bits, 24 dB are lost",
  }),
  functionExercise<[gradient: number[], x: number[], min: number, max: number], number[]>({
    title: "straight-through gradient",
    cases: [[GRADIENTS, INPUTS, -1, 2], [GRADIENTS, INPUTS, 0, 4], [[2], [0.5], 0, 1]],
    solution: (gradient, x, min, max) => gradient.map((g, i) => (x[i] >= min && x[i] <= max ? g : 0)),
    mistakes: [
      { answer: (gradient) => gradient.map(() => 0), says: "that is the true derivative of rounding, with which nothing would ever learn; pass the gradient through where nothing is clipped" },
      { answer: (gradient) => gradient, says: "a clipped value does not move its output: its gradient is 0" },
      { answer: (gradient, x, _, max) => gradient.map((g, i) => (x[i] <= max ? g : 0)), says: "values below the minimum are clipped as well" },
      { answer: (gradient, x, min, max) => gradient.map((g, i) => (x[i] >= min && x[i] <= max ? 0 : g)), says: "the other way round: the gradient passes inside the range" },
      { answer: (_, x, min, max) => x.map((value) => Number(value >= min && value <= max)), says: "multiply by the gradient that comes from behind (chain rule)" },
    ],
    remark: "as if rounding were not there: wrong in each place, right on average",
  }),
  valueExercise({
    title: "steps until a weight changes its level",
    answer: 3,
    mistakes: [
      { answer: 2, says: "after two steps it is 0.5, and a half rounds to the even level, 0" },
      { answer: 7, says: "it does not have to reach 1: from where on does it round to 1?" },
      { answer: 1, says: "a step moves the weight by the rate times the gradient, by 0.1" },
      { answer: 10, says: "count from 0.3, and only up to where it rounds to 1" },
      { answer: Infinity, says: "the straight-through gradient passes rounding: the float weight moves each time" },
    ],
    remark: "the float weight remembers steps that are too small to see: training needs it, the quantized model does not",
  }),
  functionExercise<[layers: Layer[], count: number], string[]>({
    title: "which layers to leave in float",
    cases: [[LAYERS, 2], [LAYERS, 1], [LAYERS, 3]],
    solution: (layers, count) => by(layers, ({ error }) => error, count),
    mistakes: [
      { answer: (layers, count) => by(layers, ({ error }) => -error, count), says: "those are the least sensitive; take the largest errors" },
      { answer: (layers, count) => layers.slice(0, count).map(({ name }) => name), says: "those are the first of the list; sort by error" },
      { answer: (layers, count) => by(layers, ({ parameters }) => parameters, count), says: "you sort by size; sort by error" },
      { answer: (layers) => by(layers, ({ error }) => error, layers.length), says: "that is the whole ranking; keep the first `count`" },
      { answer: (layers, count) => by(layers, ({ error, parameters }) => error * parameters, count), says: "you weigh the error with the size, which favours the layers that are dearest to keep in float" },
    ],
    remark: "a ranking by one layer at a time: cheap, and blind to errors that add up",
  }),
  functionExercise<[layers: Layer[], bits: number, float: string[]], number>({
    title: "bytes of a mixed model",
    cases: [[LAYERS, 4, ["b"]], [LAYERS, 8, []], [LAYERS, 2, ["a", "d"]]],
    solution: (layers, bits, float) => layers.reduce((sum, { name, parameters }) => sum + (parameters * (float.includes(name) ? 32 : bits)) / 8, 0),
    mistakes: [
      { answer: (layers, bits, float) => layers.reduce((sum, { name, parameters }) => sum + parameters * (float.includes(name) ? 32 : bits), 0), says: "that is in bits; a byte has eight" },
      { answer: (layers, bits) => layers.reduce((sum, { parameters }) => sum + (parameters * bits) / 8, 0), says: "the layers in float take 32 bits for each parameter" },
      { answer: (layers, bits, float) => layers.reduce((sum, { name, parameters }) => sum + (float.includes(name) ? 0 : (parameters * bits) / 8), 0), says: "layers left in float take room as well" },
      { answer: (layers, bits, float) => layers.reduce((sum, { name, parameters }) => sum + (parameters * (float.includes(name) ? bits : 32)) / 8, 0), says: "the other way round: the named layers stay in float" },
    ],
    remark: "a small sensitive layer in float costs almost nothing",
  }),
];
