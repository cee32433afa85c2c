import * as tf from "@tensorflow/tfjs-node-gpu";
import { Generator, latents } from "../../distill/methods/generator";
import { rowsOf } from "../../distill/methods/output-losses";
import { plainWish } from "../../distill/methods/train-generator";
import type { Detector } from "../../nn/detector";
import { FrozenNetwork } from "../../nn/frozen-network";
import { InputTape } from "../../nn/input-tape";
import { breathe, cellSignal } from "../../tensor/cell-signal";
import { calibrate } from "../calibrate";
import { scheme } from "../scheme";
import { finished } from "./fine-tune";
import type { QuantizeMethod } from "./quantized";
import { respond, Student, type Responses } from "./student";
import { featureDiscrepancy } from "./student-losses";
import { RespondingLayers } from "./teacher";

/** Weights of ZAQ's terms, as published: of the discrepancy of features, and of the activation that the generator is to cause. */
const ALPHA = 1, BETA = 0.1;

/** Steps of the student for each of the generator. */
const STUDENT_STEPS = 5;

/**
 * D = mean |outputs - outputs'| of classes and boxes + alpha x the sum over the ResNet's maps of featureDiscrepancy.
 * Differentiable in both. Source: ZAQ, whose outputs are the logits of one classifier.
 */
export function discrepancy(a: Responses, b: Responses, classes: number): tf.Scalar {
  const [x, y] = [a, b].map(({ outputs }) => rowsOf(outputs, classes));
  const outputs = [x.logits.sub(y.logits), x.regression.sub(y.regression)].map((difference) => difference.abs().mean());
  return tf.addN([...outputs, ...a.features.map((feature, k) => featureDiscrepancy(feature, b.features[k]).mul(ALPHA))]) as tf.Scalar;
}

/**
 * ZAQ: a generator looks for images on which the quantized detector differs from the full-precision one, and the
 * quantized detector learns to agree on them: D is minimized by the student, five steps, and maximized with beta x
 * the mean activation of the last map by the generator, one step.
 *
 * Source: Liu et al., CVPR 2021; public code read (classifiers only). Deviations: outputs are class and box logits of all
 * levels; the student's batch normalizations keep what they have stored; ranges come from the generator's images,
 * taken at the start, four times on the way, and at the end; Adam for both, the student 1e-4, for some tens of steps;
 * the generator is told a class and a box, which no loss asks for.
 */
export const zaq: QuantizeMethod = async (detector, _, options) => {
  const { precision, inputRange, steps, batchSize = 4, seed, imageShape, onProgress, signal = cellSignal() } = options, own = scheme(precision, { inputRange }), { classes } = detector.config;
  const generator = new Generator(classes, { imageShape, seed }), network = new FrozenNetwork(detector.weights);
  const conditions = (step: number, n: number) => Array.from({ length: n }, (__, k) => plainWish(detector, imageShape, seed, step * n + k).condition);
  const made = <T>(step: number, n: number, use: (x: tf.Tensor4D, latent: tf.Tensor2D) => T): T => {
    const latent = latents(seed, step, n, generator.latent), x = generator.generate(latent, conditions(step, n));
    try {
      return use(x, latent);
    } finally {
      tf.dispose([latent, x]);
    }
  };
  const student = made(900_000, 8, (x) => new Student(detector, own, calibrate(detector, x)));
  try {
    for (let step = 0; step < steps; step++) {
      if (step > 0 && step % Math.max(1, Math.ceil(steps / 5)) === 0) made(900_000 + step, 8, (x) => student.recalibrate(x));
      made(step, batchSize, (x, latent) => (step % (STUDENT_STEPS + 1) === STUDENT_STEPS
        ? generatorStep(detector, network, student, generator, x, latent, conditions(step, batchSize))
        : studentStep(detector, student, x)));
      onProgress?.((step + 1) / steps);
      await breathe("zaq", signal);
    }
    return made(990_000, 16, (x) => finished(student, x, options));
  } finally {
    student.dispose();
    generator.dispose();
    network.dispose();
  }
};

function studentStep(detector: Detector, student: Student, images: tf.Tensor4D): void {
  const teacher = RespondingLayers.of(detector, images), result = student.pass(images, (own) => discrepancy(own, teacher, detector.config.classes));
  student.learn([result], 1e-4);
  tf.dispose([result.images, ...result.parameters.values(), ...flat(teacher)]);
  if (!Number.isFinite(result.loss)) throw new Error(`zaq: invalid loss: ${result.loss}; expected a finite number`);
}

// the generator follows the gradient of -D - beta mean |last map| through both detectors
function generatorStep(detector: Detector, network: FrozenNetwork, student: Student, generator: Generator, images: tf.Tensor4D, latent: tf.Tensor2D, conditions: Parameters<Generator["learn"]>[1]): void {
  const { classes } = detector.config, teacher = RespondingLayers.of(detector, images);
  let seen: Responses | null = null; // what the student says, for the teacher's side
  const own = student.pass(images, (responses) => {
    seen = { features: responses.features.map((x) => tf.keep(tf.clone(x))), outputs: { classLogits: responses.outputs.classLogits.map((x) => tf.keep(tf.clone(x))), boxRegression: responses.outputs.boxRegression.map((x) => tf.keep(tf.clone(x))) } };
    return discrepancy(responses, teacher, classes).mul(-1);
  });
  const through = tf.tidy(() => {
    const tape = new InputTape(network), input = tape.input(images);
    respond(tape, detector.config, input, (responses) => discrepancy(responses, seen!, classes).mul(-1).sub(responses.features[responses.features.length - 1].abs().mean().mul(BETA)));
    tape.backward();
    return input.grad!;
  });
  const gradient = tf.add(own.images, through) as tf.Tensor4D;
  generator.learn(latent, conditions, gradient, 1e-3);
  tf.dispose([gradient, through, own.images, ...own.parameters.values(), ...flat(teacher), ...flat(seen!)]);
}

const flat = ({ features, outputs: { classLogits, boxRegression } }: Responses): tf.Tensor[] => [...features, ...classLogits, ...boxRegression];
