import { pairedDifference, type Estimate, type Interval } from "./comparison";
import type { Verdict } from "./result-schema";
import { signed } from "./verdict-rules";

/** Claims of the paper about calibrators, in words, by the ids of verdicts. */
export const whatIfClaims: Readonly<Record<string, string>> = {
  "percentile-beats-min-max-and-entropy": "The percentile 99.99 calibrates better than minimum and maximum, and than entropy",
};

/**
 * The verdict at the paper's W8A8, distilled images: seen if the paired intervals of both differences lie above 0, reversed
 * if both lie below.
 *
 * - **estimate** – of a calibrator at so many bits of activations
 */
export function whatIfVerdicts(estimate: (calibrator: "percentile" | "min-max" | "entropy", bits: number) => Estimate): Verdict[] {
  const others = ["min-max", "entropy"] as const;
  const against = (bits: number): Interval[] => others.map((other) => pairedDifference(estimate("percentile", bits), estimate(other, bits)));
  const show = ({ mean, ci95: [low, high] }: Interval): string => `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
  const [eight, four] = [against(8), against(4)];
  const seen = eight.every(({ ci95: [low] }) => low > 0) ? "seen" : eight.every(({ ci95: [, high] }) => high < 0) ? "reversed" : "not seen";
  const evidence = others.map((other, k) => `percentile 99.99 minus ${other} ${show(eight[k])} (at W8A4 ${show(four[k])})`).join("; ");
  return [{ claim: "percentile-beats-min-max-and-entropy", seen, evidence }];
}
