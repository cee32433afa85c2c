import { functionExercise, valueExercise, type Exercise } from "../exercise";

type Box = number[];
type Curve = { precision: number[]; recall: number[] };
const area = ([x1, y1, x2, y2]: Box): number => (x2 - x1) * (y2 - y1);
const sides = (a: Box, b: Box): [number, number] => [Math.min(a[2], b[2]) - Math.max(a[0], b[0]), Math.min(a[3], b[3]) - Math.max(a[1], b[1])];
const overlap = (a: Box, b: Box): number => sides(a, b).reduce((product, side) => product * Math.max(side, 0), 1);
const running = (hits: readonly boolean[]): number[] => hits.map((_, i) => hits.slice(0, i + 1).filter(Boolean).length);
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
// precision at the first of the points whose recall is enough, by the way in which one is taken
const interpolated = (thresholds: number, { precision, recall }: Curve, take: (from: number[]) => number): number =>
  mean(Array.from({ length: thresholds }, (_, k) => precision.filter((_value, i) => recall[i] >= k / (thresholds - 1) - 1e-12)).map((from) => (from.length ? take(from) : 0)));
const CURVES: [number[], number[]][] = [[[1, 0.5, 2 / 3], [0.5, 0.5, 1]], [[1, 0.5, 1 / 3, 0.5, 0.6], [0.25, 0.25, 0.25, 0.5, 0.75]], [[0.5, 0.6], [0.13, 0.13]]];

/** Chapter 04. */
export const metricsExercises: readonly Exercise[] = [
  functionExercise<[a: Box, b: Box], number>({
    title: "intersection over union",
    cases: [[[0, 0, 4, 4], [2, 2, 6, 6]], [[0, 0, 4, 4], [0, 0, 4, 2]], [[0, 0, 2, 2], [5, 7, 6, 9]], [[1, 1, 3, 5], [1, 1, 3, 5]], [[0, 0, 2, 2], [2, 0, 4, 2]]],
    solution: (a, b) => overlap(a, b) / (area(a) + area(b) - overlap(a, b)),
    mistakes: [
      { answer: (a, b) => overlap(a, b) / (area(a) + area(b)), says: "the union counts the intersection once: subtract it from the sum of the areas" },
      { answer: (a, b) => sides(a, b)[0] * sides(a, b)[1] / (area(a) + area(b) - sides(a, b)[0] * sides(a, b)[1]), says: "boxes that do not meet have negative overlap in x and in y, and the product is positive: take at least 0 of each" },
      { answer: (a, b) => overlap(a, b) / Math.min(area(a), area(b)), says: "you divide by the smaller area; divide by the union" },
      { answer: (a, b) => overlap(a, b), says: "that is the intersection in square pixels; divide by the union" },
      { answer: (a, b) => overlap(a, b) / area(a), says: "you divide by the area of one box; divide by the union" },
      { answer: (a, b) => { const [p, q] = [a, b].map(([x, y, w, h]) => [x, y, x + w, y + h]); return overlap(p, q) / (area(p) + area(q) - overlap(p, q)); }, says: "you read the last two numbers as width and height; these are corners x1, y1, x2, y2" },
      { answer: (a, b) => { const [p, q] = [a, b].map(([x1, y1, x2, y2]) => [x1, y1, x2 + 1, y2 + 1]); return overlap(p, q) / (area(p) + area(q) - overlap(p, q)); }, says: "you add a pixel to each side, as old code did; coordinates are of edges here" },
    ],
    remark: "1 for equal boxes, 0 for boxes that only touch; two boxes that differ by half easily fall below 0.5",
  }),
  valueExercise({
    title: "which detections are hits?",
    answer: [true, false, false, true],
    mistakes: [
      { answer: [true, true, false, true], says: "the second finds a car that is found already: an object is matched once, by the best score" },
      { answer: [false, true, false, true], says: "scores decide, not overlaps: the first comes first, and its IoU is enough" },
      { answer: [true, false, true, true], says: "an IoU of 0.45 is less than the threshold" },
      { answer: [true, true, true, true], says: "an object is matched once, and only from the threshold on" },
      { answer: [true, false, false, false], says: "the last one finds an object that nobody has found yet" },
    ],
    remark: "a second detection of the same object counts against the detector, however well it fits",
  }),
  functionExercise<[hits: boolean[], positives: number], Curve>({
    title: "precision and recall",
    cases: [[[true, false, true], 2], [[false, true, true, false, true], 4], [[true], 5]],
    solution: (hits, positives) => ({ precision: running(hits).map((tp, i) => tp / (i + 1)), recall: running(hits).map((tp) => tp / positives) }),
    mistakes: [
      { answer: (hits, positives) => ({ precision: running(hits).map((tp) => tp / positives), recall: running(hits).map((tp, i) => tp / (i + 1)) }), says: "the two are exchanged: precision divides by the detections so far, recall by the objects" },
      { answer: (hits) => ({ precision: running(hits).map((tp, i) => tp / (i + 1)), recall: running(hits).map((tp) => tp / running(hits)[hits.length - 1]) }), says: "recall divides by all objects, those that nobody found too" },
      { answer: (hits) => ({ precision: running(hits).map((tp, i) => tp / (i + 1)), recall: running(hits).map((tp) => tp / hits.length) }), says: "recall divides by the number of objects, not of detections" },
      { answer: (hits, positives) => ({ precision: running(hits).map((tp) => tp / hits.length), recall: running(hits).map((tp) => tp / positives) }), says: "precision after i detections divides by i, not by all detections" },
      { answer: (hits, positives) => ({ precision: hits.map((hit, i) => Number(hit) / (i + 1)), recall: hits.map((hit) => Number(hit) / positives) }), says: "both count all hits so far: keep a running sum" },
    ],
    remark: "recall never falls as the threshold on the score is lowered; precision goes up and down",
  }),
  functionExercise<[precision: number[], recall: number[]], number>({
    title: "average precision at 101 recalls",
    cases: CURVES,
    solution: (precision, recall) => interpolated(101, { precision, recall }, (from) => Math.max(...from)),
    mistakes: [
      { answer: (precision, recall) => interpolated(101, { precision, recall }, (from) => from[0]), says: "take the largest precision at this or any higher recall, not the first that is met" },
      { answer: (precision) => mean(precision), says: "average over the 101 recalls, not over the detections" },
      { answer: (precision, recall) => interpolated(11, { precision, recall }, (from) => Math.max(...from)), says: "11 recalls were PASCAL VOC's; COCO takes 0, 0.01, ... 1" },
      { answer: (precision, recall) => interpolated(101, { precision, recall }, (from) => Math.max(...from)) / recall[recall.length - 1], says: "recalls that are not reached count with precision 0: divide by 101" },
      { answer: (precision, recall) => Array.from({ length: 100 }, (_, k) => Math.max(0, ...precision.filter((_value, i) => recall[i] >= (k + 1) / 100 - 1e-12))).reduce((a, b) => a + b) / 100, says: "recall 0 is one of the 101" },
      { answer: (precision, recall) => precision.reduce((total, value, i) => total + value * (recall[i] - (i ? recall[i - 1] : 0)), 0), says: "that is the area under the raw curve; COCO averages the interpolated precision at 101 recalls" },
    ],
    tolerance: 1e-4,
    remark: "the envelope removes the teeth of the curve, so that a later hit may repair an earlier false alarm",
  }),
  valueExercise({
    title: "mAP with a class that does not occur",
    answer: 0.45,
    mistakes: [
      { answer: 0.3, says: "a class without objects is left out, in the numerator and in the denominator" },
      { answer: -0.1 / 3, says: "-1 says that there is nothing to measure; it is no precision" },
      { answer: 0.9, says: "that is the sum; take the mean" },
      { answer: 0.6, says: "mAP is the mean over the classes, not the best one" },
    ],
    remark: "0.45: the mean over the classes that occur. On few images which classes those are is chance",
  }),
];
