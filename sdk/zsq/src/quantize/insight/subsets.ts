import type { Predictor } from "../../nn/detector";
import type { Calibrated, Calibration } from "../calibrate";
import { quantizeDetector } from "../quantized-detector";
import { isExcluded, type Scheme } from "../scheme";

/** A figure of merit of a detector, the higher the better, such as mAP: (predictor) => evaluateMap(predictor, dataset).then(({ map }) => map). */
export type Evaluate = (predictor: Predictor) => number | Promise<number>;

/** The figure of a detector of which only the layers that `quantizes` accepts are quantized, among those of the scheme. */
export async function evaluateSubset(detector: Calibrated, calibration: Calibration, scheme: Scheme, evaluate: Evaluate, quantizes: (layer: string) => boolean): Promise<number> {
  const quantized = quantizeDetector(detector, calibration, { ...scheme, exclude: (layer) => isExcluded(scheme, layer) || !quantizes(layer) });
  try {
    return await evaluate(quantized);
  } finally {
    quantized.dispose();
  }
}

/** The scheme with weights, activations, or both in float. */
export const withFloat = (scheme: Scheme, { weights, activations }: { weights?: boolean; activations?: boolean }): Scheme => ({
  ...scheme,
  overrides: [...(scheme.overrides ?? []), { layers: () => true, ...(weights && { weights: { bits: 32 } }), ...(activations && { activations: { bits: 32 } }) }],
});
