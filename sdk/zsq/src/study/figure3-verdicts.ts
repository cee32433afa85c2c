import { bootstrapInterval, mean, standardDeviation, type Interval } from "./comparison";
import type { BatchSource, Figure3Row, Verdict } from "./result-schema";
import { signed } from "./verdict-rules";

/** Claims of the paper about Figure 3, in words, by the ids of verdicts. */
export const figure3Claims: Readonly<Record<string, string>> = {
  "zsq-batches-equal-on-average": "On average, batches of distilled images calibrate as well as batches of consecutive real images",
  "zsq-batches-narrower": "Batches of distilled images spread less than batches of consecutive real images",
};

/**
 * Verdicts on Figure 3 at the paper's W8A8, the image's range calibrated; intervals by bootstrap over the batches.
 *
 * - zsq-batches-equal-on-average: seen if the difference of means is at most 0.005 either way; reversed if distilled batches are better by more.
 * - zsq-batches-narrower: seen if the interval of the difference of standard deviations, distilled minus consecutive, lies below 0; reversed if above.
 */
export function figure3Verdicts(rows: readonly Figure3Row[], resamples: number, seed: number): Verdict[] {
  const maps = (source: BatchSource, precision: string): number[] => rows.filter((row) => row.source === source && row.precision === precision && row.inputRange === "calibrated").map(({ map }) => map);
  const spread = (against: BatchSource, precision: string): Interval =>
    bootstrapInterval([maps("distilled", precision), maps(against, precision)], ([a, b]) => standardDeviation(a) - standardDeviation(b), resamples, seed);
  const difference = mean(maps("distilled", "W8A8")) - mean(maps("real-consecutive", "W8A8"));
  const narrower = spread("real-consecutive", "W8A8");
  const show = ({ mean: value, ci95: [low, high] }: Interval): string => `${signed(value)} [${signed(low)}, ${signed(high)}]`;
  return [
    {
      claim: "zsq-batches-equal-on-average", seen: Math.abs(difference) <= 0.005 ? "seen" : difference > 0 ? "reversed" : "not seen",
      evidence: `distilled minus consecutive ${signed(difference)}, minus independent ${signed(mean(maps("distilled", "W8A8")) - mean(maps("real-independent", "W8A8")))}`,
    },
    {
      claim: "zsq-batches-narrower", seen: narrower.ci95[1] < 0 ? "seen" : narrower.ci95[0] > 0 ? "reversed" : "not seen",
      evidence: `standard deviation, distilled minus consecutive ${show(narrower)}, minus independent ${show(spread("real-independent", "W8A8"))}; at W8A4 minus consecutive ${show(spread("real-consecutive", "W8A4"))}`,
    },
  ];
}
