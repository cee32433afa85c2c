import { calibrate } from "../calibrate";
import { splitOutliers } from "../corrections/split-outliers";
import { perTensor } from "../granularity";
import { quantizeDetector } from "../quantized-detector";
import { scheme, type SchemeOptions } from "../scheme";
import { required, type QuantizeMethod } from "./quantized";

const PER_TENSOR: SchemeOptions["weights"] = { symmetric: true, granularity: perTensor };
const NOTE = "one scale per kernel, symmetric";

/**
 * Outlier channel splitting of 2 % of the input channels: for kernels with one scale. Ranges come from the images given.
 *
 * Source: Zhao et al., ICML 2019; public code read. Its weights are per tensor and symmetric, unlike those of the other
 * rows: perTensorControl is what to compare it with.
 */
export const splitChannels: QuantizeMethod = (detector, images, { precision, inputRange }) => {
  const plain = quantizeDetector(detector, calibrate(detector, required(images)), scheme(precision, { inputRange, weights: PER_TENSOR }));
  const split = splitOutliers(plain, detector);
  return { predictor: split, sizeMiB: 1.02 * plain.sizeMiB, note: NOTE, dispose: () => [split, plain].forEach((one) => one.dispose()) };
};

/** The same scheme without splitting. */
export const perTensorControl: QuantizeMethod = (detector, images, { precision, inputRange }) => {
  const plain = quantizeDetector(detector, calibrate(detector, required(images)), scheme(precision, { inputRange, weights: PER_TENSOR }));
  return { predictor: plain, sizeMiB: plain.sizeMiB, note: NOTE, dispose: () => plain.dispose() };
};
