import * as tf from "@tensorflow/tfjs-node-gpu";
import { rowsOf } from "../../distill/methods/output-losses";
import { RespondingLayers } from "./teacher";
import type { Detector } from "../../nn/detector";
import { breathe, cellSignal } from "../../tensor/cell-signal";
import { Random } from "../../tensor/random";
import { calibrate } from "../calibrate";
import { quantizeDetector } from "../quantized-detector";
import { scheme } from "../scheme";
import { required, type Quantized, type QuantizeMethod, type QuantizeMethodOptions } from "./quantized";
import { Student, type Responses, type StudentGradients, type StudentLoss } from "./student";
import { attentionLoss, distillationLoss } from "./student-losses";

/** How a method fine-tunes. */
export interface FineTuneRecipe {
  /** the student's loss beside what its teacher, in full precision, says of the same images; default distillationLoss of the outputs */
  loss?: (teacher: Responses, classes: number) => StudentLoss;
  /** step along the sign of the loss's gradient in the images that makes a second, harder batch of each; default none */
  perturbation?: number;
  /** of Adam; default 1e-4 */
  learningRate?: number;
}

/** distillationLoss of the outputs. */
export const outputsLoss = (teacher: Responses, classes: number): StudentLoss => ({ outputs }) => distillationLoss(rowsOf(outputs, classes), rowsOf(teacher.outputs, classes));

/**
 * The same, and the channel attention of the ResNet's four maps.
 *
 * - **weight** – of the attention; HAST's published one is 4000 beside a divergence that is summed over classes and
 *   multiplied by 8000
 */
export const attentiveLoss = (weight: number) => (teacher: Responses, classes: number): StudentLoss => {
  const outputs = outputsLoss(teacher, classes);
  return (student) => tf.addN([outputs(student), ...student.features.map((x, k) => attentionLoss(x, teacher.features[k]).mul(weight))]) as tf.Scalar;
};

/**
 * Fine-tuning of the quantized detector on a method's images, towards what the full-precision one says of them. Ranges
 * are those of the images, taken before.
 *
 * Source: GDFQ, IntraQ, HAST. Deviations: Adam 1e-4 for some tens of steps in place of SGD for ten thousands; ranges are exact
 * percentiles in place of GDFQ's moving average, whose bias correction is applied twice.
 */
export const fineTuned = (recipe: FineTuneRecipe = {}): QuantizeMethod => async (detector, given, options) => {
  const images = required(given), { precision, inputRange, steps, batchSize = 4, seed, onProgress, signal = cellSignal() } = options, own = scheme(precision, { inputRange });
  const student = new Student(detector, own, calibrate(detector, images));
  try {
    await tuneStudent(student, detector, images, { ...recipe, steps, batchSize, seed, onProgress, signal });
    return finished(student, images, options);
  } finally {
    student.dispose();
  }
};

/** How long a student learns, and from which images. */
export interface TuneOptions extends Omit<FineTuneRecipe, "learningRate">, Pick<QuantizeMethodOptions, "steps" | "seed" | "onProgress" | "signal"> {
  /** default 1e-4; or that of each step, from 0 */
  learningRate?: number | ((step: number) => number);
  /** images per step, drawn anew for each */
  batchSize: number;
}

/** Trains a student towards what its teacher says of images [n, h, w, 3]. Throws if a loss is not finite. */
export async function tuneStudent(student: Student, teacher: Detector, images: tf.Tensor4D, { steps, batchSize, seed, onProgress, signal, learningRate = 1e-4, ...recipe }: TuneOptions): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const chosen = Array.from(new Random(seed, 12_000_000 + step).permutation(images.shape[0]).subarray(0, batchSize)), batch = tf.tidy(() => tf.gather(images, chosen));
    const loss = trainStep(teacher, student, batch, { ...recipe, learningRate: typeof learningRate === "number" ? learningRate : learningRate(step) });
    batch.dispose();
    if (!Number.isFinite(loss)) throw new Error(`fine-tune: invalid loss at step ${step}: ${loss}; expected a finite number; try a smaller learning rate`);
    onProgress?.((step + 1) / steps);
    await breathe("fine-tune", signal);
  }
}

function trainStep(detector: Detector, student: Student, batch: tf.Tensor4D, { loss = outputsLoss, perturbation, learningRate }: FineTuneRecipe & { learningRate: number }): number {
  const classes = detector.config.classes, passes: StudentGradients[] = [];
  const pass = (images: tf.Tensor4D): StudentGradients => {
    const teacher = RespondingLayers.of(detector, images), result = student.pass(images, loss(teacher, classes));
    tf.dispose([...teacher.features, ...teacher.outputs.classLogits, ...teacher.outputs.boxRegression]);
    passes.push(result);
    return result;
  };
  const first = pass(batch);
  if (perturbation !== undefined) {
    const harder = tf.tidy(() => batch.add(first.images.sign().mul(perturbation)) as tf.Tensor4D);
    pass(harder);
    harder.dispose();
  }
  student.learn(passes, learningRate);
  for (const { parameters, images } of passes) tf.dispose([images, ...parameters.values()]);
  return passes.reduce((sum, one) => sum + one.loss, 0);
}

/** A student's quantized detector, its ranges taken anew from images. */
export function finished(student: Student, images: tf.Tensor4D, { precision, inputRange }: QuantizeMethodOptions): Quantized {
  const tuned = student.detector(), quantized = quantizeDetector(tuned, calibrate(tuned, images), scheme(precision, { inputRange }));
  return { predictor: quantized, sizeMiB: quantized.sizeMiB, note: "fine-tuned", dispose: () => [quantized, tuned].forEach((one) => one.dispose()) };
}
