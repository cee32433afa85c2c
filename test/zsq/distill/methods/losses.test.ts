import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import type { Moments, MomentsLoss } from "zsq/dist/distill/methods/batch-moments";
import { correlationDistance, correlationPrior, slackLoss } from "zsq/dist/distill/methods/dsg";
import { hardSample } from "zsq/dist/distill/methods/hast";
import { softInception } from "zsq/dist/distill/methods/intraq";
import { outputRange } from "zsq/dist/distill/methods/mct";
import { meanStdLoss, meanVarianceLoss, normLoss } from "zsq/dist/distill/methods/moments-losses";
import { imageNorm, totalVariationL1, totalVariationL2 } from "zsq/dist/distill/methods/priors";
import { impression } from "zsq/dist/distill/methods/zskd";
import { discrepancy } from "zsq/dist/quantize/methods/zaq";
import { attentionLoss, distillationLoss, featureDiscrepancy } from "zsq/dist/quantize/methods/student-losses";
import { assertClose } from "../../../helpers/close";
import { readFixture } from "../../../helpers/fixture";
import { assertNoLeaks } from "../../../helpers/no-leaks";
import { lcg } from "../../../helpers/torch-reference";

interface Expected { value: number; gradients: number[][] }
type Fixture = Record<"moments" | "priors" | "outputs" | "students", Record<string, Expected>>;
type Loss = (...inputs: tf.Tensor[]) => tf.Scalar;
interface Case { name: string; expected: Expected; inputs: [number[], number[]][]; loss: Loss }

const fixture = readFixture<Fixture>("zsq", "methods", "losses.json");
const drawn = (seed: number, shape: number[], scale = 1, shift = 0): [number[], number[]] => [[...lcg(seed, shape.reduce((a, b) => a * b, 1)).map((u) => scale * u + shift)], shape];
const tensor = ([values, shape]: [number[], number[]]): tf.Tensor => tf.tensor(values, shape);

const layers = [{ name: "a", channels: 3 }, { name: "b", channels: 4 }];
const matched = { rows: [1, 4, 7, 9, 11], labels: [1, 1, 2, 2, 2], images: [0, 0, 1, 1, 1] };
const rows = (logits: tf.Tensor, regression = tf.zeros([2, 6, 4])) => ({ logits: logits as tf.Tensor3D, regression: regression as tf.Tensor3D });

const ofMoments = (loss: MomentsLoss): Loss => (mean, variance) => {
  const stored = { mean: tensor(drawn(3, [1, 1, 1, 7])), variance: tensor(drawn(4, [1, 1, 1, 7], 1, 1)) } as Moments;
  return loss({ mean, variance } as Moments, stored, layers);
};
const moments: [number[], number[]][] = [drawn(1, [2, 1, 1, 7]), drawn(2, [2, 1, 1, 7], 1, 1)];
const [images, logits] = [drawn(5, [2, 5, 4, 3]), drawn(6, [2, 6, 3], 4)];
const features: [number[], number[]][] = [drawn(10, [2, 4, 3, 5]), drawn(11, [2, 4, 3, 5])];
const teacher = () => rows(tensor(drawn(7, [2, 6, 3], 4)), tensor(drawn(9, [2, 6, 4])));

// two levels of 4 and 2 anchors of 3 classes, and two maps, beside a teacher's
function zaqOf(...own: tf.Tensor[]): tf.Scalar {
  const responses = ([a, b, c, d, f, g]: tf.Tensor[]) => ({ outputs: { classLogits: [a, b] as tf.Tensor4D[], boxRegression: [c, d] as tf.Tensor4D[] }, features: [f, g] as tf.Tensor4D[] });
  const teachers = [drawn(14, [2, 4, 3]), drawn(15, [2, 2, 3]), drawn(18, [2, 4, 4]), drawn(19, [2, 2, 4]), features[1], drawn(21, [2, 2, 2, 4])].map(tensor);
  return discrepancy(responses(own), responses(teachers), 3);
}

const cases: Case[] = [
  { name: "meanVarianceLoss", expected: fixture.moments.meanVariance, inputs: moments, loss: ofMoments(meanVarianceLoss) },
  { name: "meanStdLoss", expected: fixture.moments.meanStd, inputs: moments, loss: ofMoments(meanStdLoss) },
  { name: "normLoss", expected: fixture.moments.norms, inputs: moments, loss: ofMoments(normLoss(101)) },
  { name: "slackLoss", expected: fixture.moments.slack, inputs: moments, loss: ofMoments(slackLoss({ mean: [0.1, 0.2], std: [0.05, 0.02] })) },
  { name: "totalVariationL2", expected: fixture.priors.totalVariationL2, inputs: [images], loss: (x) => totalVariationL2(x as tf.Tensor4D) },
  { name: "totalVariationL1", expected: fixture.priors.totalVariationL1, inputs: [images], loss: (x) => totalVariationL1(x as tf.Tensor4D) },
  { name: "correlationDistance", expected: fixture.priors.correlations, inputs: [images, drawn(22, [2, 5, 4, 3])], loss: correlationDistance },
  { name: "imageNorm", expected: fixture.priors.imageNorm, inputs: [images], loss: (x) => imageNorm(x as tf.Tensor4D) },
  { name: "softInception", expected: fixture.outputs.softInception, inputs: [logits], loss: (x) => softInception(rows(x), matched, [1, 0.7]) },
  { name: "hardSample", expected: fixture.outputs.hardSample, inputs: [logits], loss: (x) => hardSample(rows(x), matched, 2, 0.5) },
  { name: "impression", expected: fixture.outputs.impression, inputs: [logits], loss: (x) => impression(rows(x), matched, [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]) },
  { name: "outputRange", expected: fixture.outputs.outputRange, inputs: [logits], loss: (x) => outputRange(x as tf.Tensor3D) },
  { name: "distillationLoss", expected: fixture.students.distillation, inputs: [logits, drawn(8, [2, 6, 4])], loss: (x, boxes) => distillationLoss(rows(x, boxes), teacher()) },
  { name: "attentionLoss", expected: fixture.students.attention, inputs: features, loss: (a, b) => attentionLoss(a as tf.Tensor4D, b as tf.Tensor4D) },
  { name: "featureDiscrepancy", expected: fixture.students.discrepancy, inputs: features, loss: (a, b) => featureDiscrepancy(a as tf.Tensor4D, b as tf.Tensor4D) },
  { name: "discrepancy", expected: fixture.students.zaq, inputs: [drawn(12, [2, 4, 3]), drawn(13, [2, 2, 3]), drawn(16, [2, 4, 4]), drawn(17, [2, 2, 4]), features[0], drawn(20, [2, 2, 2, 4])], loss: zaqOf },
];

describe("loss terms of zero-shot methods", () => {
  for (const { name, expected, inputs, loss } of cases) {
    it(`${name}: PyTorch's value and gradients, without leaks`, () => assertNoLeaks(() => tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads(loss)(inputs.map(tensor));
      assertClose(value.dataSync(), [expected.value], 1e-4);
      grads.forEach((gradient, k) => assertClose(gradient.dataSync(), expected.gradients[k], 1e-4));
    })));

    it(`${name}: finite differences along the gradient`, () => tf.tidy(() => {
      const leaves = inputs.map(tensor), { grads } = tf.valueAndGrads(loss)(leaves), norm = Math.hypot(...grads.flatMap((g) => [...g.dataSync()])), step = 2e-3;
      const [up, down] = [step, -step].map((by) => loss(...leaves.map((x, k) => x.add(grads[k].mul(by / norm)))).dataSync()[0]);
      assertClose([(up - down) / (2 * step)], [norm], 2e-2);
    }));
  }
});

describe("loss terms by hand", () => {
  const one = [{ name: "a", channels: 1 }], at = (mean: number, variance: number): Moments => ({ mean: tf.tensor4d([mean], [1, 1, 1, 1]), variance: tf.tensor4d([variance], [1, 1, 1, 1]) });
  const valueOf = (f: () => tf.Scalar): number => tf.tidy(() => f().dataSync()[0]);

  it("statistics: a mean off by 2 and a variance of 4 where 1 is stored", () => {
    assertClose([valueOf(() => meanVarianceLoss(at(2, 4), at(0, 1), one))], [4 + 9], 1e-6);
    assertClose([valueOf(() => meanStdLoss(at(2, 4), at(0, 1), one))], [4 + 1], 1e-4);
    assertClose([valueOf(() => normLoss()(at(2, 4), at(0, 1), one))], [2 + 3], 1e-6);
    assertClose([valueOf(() => slackLoss({ mean: [1], std: [1] })(at(2, 4), at(0, 1), one))], [(2 * 1) ** 2], 1e-4);
  });

  it("priors: a step of 3 between two columns", () => {
    const x = (): tf.Tensor4D => tf.tensor4d([0, 3, 0, 3], [1, 2, 2, 1]);
    assertClose([valueOf(() => totalVariationL2(x()))], [Math.sqrt(18) + 0 + 3 + 3], 1e-5);
    assertClose([valueOf(() => totalVariationL1(x()))], [3 + 0 + 3 + 3], 1e-6);
    assertClose([valueOf(() => imageNorm(x()))], [Math.sqrt(18)], 1e-6);
    // equal images correlate by 1, these others not at all: two of four entries are off by 1
    assertClose([valueOf(() => correlationDistance(tf.tensor2d([1, 2, 1, 2], [2, 2]), tf.tensor2d([1, 0, 0, 1], [2, 2])))], [0.5], 1e-5);
    const distinct = valueOf(() => correlationPrior(1)(tf.tensor4d([...Array(12).keys()].map((k) => Math.cos(k * k)), [2, 2, 3, 1])));
    assert.ok(distinct < valueOf(() => correlationPrior(1)(tf.ones([2, 2, 3, 1]))));
  });

  it("outputs: logits of 0 are probabilities of one half", () => {
    const zero = () => rows(tf.zeros([2, 6, 3]));
    assertClose([valueOf(() => softInception(zero(), matched, [1, 0.5]))], [0.125], 1e-6);
    assertClose([valueOf(() => hardSample(zero(), matched, 2, 2))], [0.25 * Math.LN2], 1e-6);
    assertClose([valueOf(() => impression(zero(), matched, [[1, 0, 0], [0, 1, 0]]))], [Math.log(3)], 1e-6);
    assertClose([valueOf(() => outputRange(tf.tensor3d([1, 5, -2, 0], [2, 2, 1])))], [-(4 + 2) / 2], 1e-6);
  });

  it("students: nothing to learn from an equal; a box off by 1 costs 1", () => {
    const boxes = tf.ones([2, 6, 4]);
    assertClose([valueOf(() => distillationLoss(rows(tf.zeros([2, 6, 3])), rows(tf.zeros([2, 6, 3]))))], [0], 1e-6, 1);
    assertClose([valueOf(() => distillationLoss(rows(tf.zeros([2, 6, 3]), boxes), rows(tf.zeros([2, 6, 3]))))], [1], 1e-6);
    boxes.dispose();
    const x = (): tf.Tensor4D => tf.tensor4d([1, 2, 3, 4], [1, 2, 1, 2]);
    assert.equal(valueOf(() => featureDiscrepancy(x(), x())), 0);
    assert.equal(valueOf(() => attentionLoss(x(), x().mul(2))), 0);
  });
});
