import { functionExercise, valueExercise, type Exercise } from "../exercise";

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const mean = (x: readonly number[]): number => sum(x) / x.length;
const channelMeans = (x: readonly number[], channels: number): number[] => Array.from({ length: channels }, (_, c) => mean(x.filter((_value, i) => i % channels === c)));
const PIXELS = [1, 3, 5, 7];

/** Chapter 03. */
export const distillationExercises: readonly Exercise[] = [
  functionExercise<[x: number[], channels: number], number[]>({
    title: "mean of each channel",
    cases: [[[1, 10, 2, 20, 3, 30, 6, 40], 2], [[1, 5, 9, 3, 6, 12], 3], [[4, 8], 1]],
    solution: channelMeans,
    mistakes: [
      { answer: (x, channels) => Array.from({ length: channels }, (_, c) => mean(x.slice((c * x.length) / channels, ((c + 1) * x.length) / channels))), says: "you read channel after channel (NCHW); here the channels of one pixel lie side by side (NHWC)" },
      { answer: (x, channels) => Array.from({ length: channels }, (_, c) => sum(x.filter((_value, i) => i % channels === c))), says: "these are sums; divide by the number of pixels" },
      { answer: (x, channels) => Array.from({ length: channels }, (_, c) => sum(x.filter((_value, i) => i % channels === c)) / x.length), says: "divide by the number of pixels, not by the number of all values" },
      { answer: (x) => [mean(x)], says: "that is one mean of everything; a batch norm keeps one per channel" },
      { answer: (x, channels) => Array.from({ length: x.length / channels }, (_, p) => mean(x.slice(p * channels, (p + 1) * channels))), says: "that is the mean over the channels of each pixel; wanted is the mean over the pixels of each channel" },
    ],
    remark: "one number per channel: all that a batch norm remembers of the average image",
  }),
  functionExercise<[image: number[], stored: number[]], number>({
    title: "mean loss of one layer",
    cases: [[[1, 2, 4], [0, 2, 1]], [[0.5], [2]], [[3, -1], [3, -1]]],
    solution: (image, stored) => sum(image.map((value, c) => (value - stored[c]) ** 2)),
    mistakes: [
      { answer: (image, stored) => Math.sqrt(sum(image.map((value, c) => (value - stored[c]) ** 2))), says: "that is the norm; Eq. 2 has its square" },
      { answer: (image, stored) => sum(image.map((value, c) => Math.abs(value - stored[c]))), says: "you add absolute differences; square them" },
      { answer: (image, stored) => sum(image.map((value, c) => value - stored[c])), says: "differences of opposite sign cancel: square each before you add" },
      { answer: (image, stored) => mean(image.map((value, c) => (value - stored[c]) ** 2)), says: "you average over the channels; Eq. 2 adds them up, and averages over the layers alone" },
      { answer: (image, stored) => sum(image.map((value, c) => value - stored[c])) ** 2, says: "square each channel's difference, then add" },
    ],
    remark: "the squared distance of two vectors with one entry per channel",
  }),
  valueExercise({
    title: "gradient of the loss in one pixel",
    answer: 0.5,
    mistakes: [
      { answer: 4, says: "that is the derivative in the mean; a pixel moves the mean by only one n-th" },
      { answer: 0.25, says: "the derivative of a square brings a factor 2" },
      { answer: -0.5, says: "the sign: the mean is too high, so a higher pixel makes the loss larger" },
      { answer: 32, says: "a pixel has a share of one n-th in the mean: divide by n" },
      { answer: 2, says: "that is the difference itself; the loss is its square, and a pixel one n-th of the mean" },
    ],
    remark: "2 (mean - stored) / n, the same for all pixels: mean loss alone shifts a channel, it does not shape it",
  }),
  functionExercise<[x: number[], stored: number, rate: number], number[]>({
    title: "one step of gradient descent",
    cases: [[PIXELS, 3, 1], [PIXELS, 6, 0.5], [[2, 2, 5], 3, 0.3]],
    solution: (x, stored, rate) => x.map((value) => value - (rate * 2 * (mean(x) - stored)) / x.length),
    mistakes: [
      { answer: (x, stored, rate) => x.map((value) => value + (rate * 2 * (mean(x) - stored)) / x.length), says: "you go uphill: the gradient is subtracted" },
      { answer: (x, stored, rate) => x.map((value) => value - rate * 2 * (mean(x) - stored)), says: "you forget that a pixel is one n-th of the mean: divide by n" },
      { answer: (x, stored, rate) => x.map((value) => value - (rate * (mean(x) - stored)) / x.length), says: "the derivative of a square brings a factor 2" },
      { answer: (x, stored, rate) => x.map(() => (rate * 2 * (mean(x) - stored)) / x.length), says: "that is the step; subtract it from the pixels" },
      { answer: (x, stored) => x.map((value) => value - (2 * (mean(x) - stored)) / x.length), says: "where is the learning rate?" },
      { answer: (x, stored, rate) => x.map((value) => value - (rate * 2 * (value - stored)) / x.length), says: "the loss knows the mean alone: it is the mean that is compared, not each pixel" },
    ],
    remark: "Adam divides the gradient by its own size, so its first step moves every pixel by the rate, whatever the loss",
  }),
  valueExercise({
    title: "deviation term of a channel",
    answer: 4,
    mistakes: [
      { answer: 16, says: "9 is a variance: compare deviations, so take its root first" },
      { answer: 256, says: "you compare variances; the loss compares deviations" },
      { answer: 2, says: "the difference is squared" },
      { answer: 0, says: "the image's deviation is 5, and the stored one the root of 9" },
    ],
    remark: "(5 - 3)^2: files store variances, the loss compares deviations",
  }),
];
