import type { DyadicHistogram } from "./dyadic-histogram";
import { entropyRange, l2Range, meanSquaredErrorRange, percentileRange } from "./histogram-ranges";
import type { ActivationRange } from "./observer";
import { calibratorName, type CalibratorSpec } from "./spec";

/**
 * The range that a calibrator takes from a histogram: what its observer gives for the same values.
 *
 * Throws if the calibrator does not work on histograms of signed values, as "percentile" (exact) and all with compat do not.
 */
export function rangeOfHistogram(histogram: DyadicHistogram, spec: CalibratorSpec): ActivationRange {
  if (!("compat" in spec && spec.compat)) {
    if (spec.method === "histogram-percentile") return percentileRange(histogram, spec.percentile);
    if (spec.method === "entropy") return entropyRange(histogram, spec.bits);
    if (spec.method === "mse") return meanSquaredErrorRange(histogram, spec.bits);
    if (spec.method === "l2") return l2Range(histogram, spec.bits);
  }
  throw new Error(`rangeOfHistogram: unsupported calibrator: ${calibratorName(spec)}; expected one that works on a histogram, such as histogram-percentile`);
}
