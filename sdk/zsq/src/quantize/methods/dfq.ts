import * as tf from "@tensorflow/tfjs-node-gpu";
import { Detector } from "../../nn/detector";
import { Graph } from "../../nn/graph";
import { weight } from "../../nn/weights";
import { correctBiasesAnalytically } from "../corrections/bias-correction";
import { equalizablePairs, equalizeLayers } from "../corrections/equalize";
import { foldBatchNorms, type FoldedDetector } from "../fold-batch-norm";
import { quantizeDetector } from "../quantized-detector";
import { scheme } from "../scheme";
import type { QuantizeMethod } from "./quantized";
import { rangesFromStatistics } from "./stored-ranges";

/**
 * DFQ: batch normalizations folded, kernels equalized across layers, ranges from the stored statistics (6 deviations),
 * biases corrected for rounded kernels. No image at all.
 *
 * Source: Nagel et al., ICCV 2019; jakc4103/DFQ read. Deviations: kernels have one scale per output channel like those of
 * the other rows, for which equalization matters little; the ranges of feature pyramid and heads, which have no stored
 * statistics, are carried on through the layers; high biases are not absorbed.
 */
export const dfq: QuantizeMethod = (detector, _, { precision, inputRange }) => {
  const folded = foldBatchNorms(detector), equalized = equalizeLayers(folded);
  const scaledNorms = equalizedNorms(detector, folded, equalized);
  const own = scheme(precision, { inputRange, foldBatchNorm: true });
  const ranges = rangesFromStatistics(detector.config, scaledNorms.weights, own.activations.calibrator);
  const quantized = quantizeDetector(equalized, ranges, own);
  const corrected = correctBiasesAnalytically(quantized, scaledNorms, equalized);
  return { predictor: corrected, sizeMiB: quantized.sizeMiB, note: "batch norms folded", dispose: () => [corrected, quantized, scaledNorms, equalized, folded].forEach((one) => one.dispose()) };
};

/** The detector with gamma and beta scaled as equalization scaled its channels; the caller disposes it. */
export function equalizedNorms(detector: Detector, folded: FoldedDetector, equalized: FoldedDetector): Detector {
  const weights = new Map([...detector.weights].map(([name, tensor]) => [name, tensor.clone()])), graph = new Graph(detector.config);
  const normOf = new Map(graph.of("batchNorm").map(({ name, inputs: [conv] }) => [conv.name, name]));
  for (const [conv] of equalizablePairs(graph)) {
    const norm = normOf.get(conv);
    if (!norm) continue;
    const scale = tf.tidy(() => {
      // the largest weight of each output channel; a channel of zeros was left as it was
      const [before, after] = [folded, equalized].map((one) => weight(one.weights, `${conv}.weight`).abs().max([0, 1, 2]));
      return tf.where(before.equal(0), tf.onesLike(before), after.div(before.maximum(1e-30)));
    });
    for (const key of ["weight", "bias"].map((end) => `${norm}.${end}`)) {
      const own = weights.get(key)!;
      weights.set(key, own.mul(scale));
      own.dispose();
    }
    scale.dispose();
  }
  return new Detector(detector.config, weights);
}
