import { histogramPercentile, minMax } from "./calibrators/spec";
import { perAxis } from "./granularity";
import { scheme, type Scheme } from "./scheme";

/**
 * Schemes by the name of what they follow, at 8 bits:
 *
 * - **paper** – asymmetric, percentile 99.99, weights per output channel, what enters each convolution
 * - **pytorch-quantization** – the tool the paper names: symmetric, histogram percentile of |x|, what enters each convolution
 * - **onnxruntime** – what its CPU kernels run as integers: asymmetric activations over minimum and maximum, symmetric weights
 *   per output channel, batch norms folded, every tensor between convolutions and sums
 * - **tflite** – as onnxruntime, with TensorFlow Lite's arithmetic
 */
export const schemePresets = {
  paper: scheme("W8A8"),
  "pytorch-quantization": scheme("W8A8", {
    weights: { symmetric: true, granularity: perAxis(3) },
    activations: { symmetric: true, calibrator: histogramPercentile(99.99, "pytorch-quantization") },
    arithmetic: "pytorch-quantization",
  }),
  onnxruntime: integerScheme("onnxruntime"),
  tflite: integerScheme("tflite"),
} as const satisfies Record<string, Scheme>;

export type SchemePresetName = keyof typeof schemePresets;

function integerScheme(arithmetic: "onnxruntime" | "tflite"): Scheme {
  return scheme("W8A8", {
    weights: { symmetric: true, narrow: true, granularity: perAxis(3) },
    activations: { calibrator: minMax(), tensors: ["inputs", "outputs", "adds"] },
    arithmetic,
    foldBatchNorm: true,
  });
}

