import { bootstrapInterval, mean, standardDeviation } from "./comparison";
import { levene } from "./levene";
import type { BatchSource, Figure3Row, Figure3Spread, Verdict } from "./result-schema";
import { signed } from "./verdict-rules";

/** Claims of the paper about Figure 3, in words, by the ids of verdicts. */
export const figure3Claims: Readonly<Record<string, string>> = {
  "zsq-batches-equal-on-average": "On average, batches of distilled images calibrate as well as batches of consecutive real images",
  "zsq-batches-narrower": "Batches of distilled images spread less than batches of consecutive real images",
};

/** What distilled batches are compared with. */
const OTHERS = ["real-consecutive", "real-independent", "noise"] as const satisfies readonly BatchSource[];

/** How the spread of distilled batches differs from that of the others, by precision and treatment of the image range; intervals by bootstrap over the batches, Levene's test where there are three or more. */
export function figure3Spreads(rows: readonly Figure3Row[], resamples: number, seed: number): Figure3Spread[] {
  const kinds = [...new Map(rows.map(({ precision, inputRange }) => [`${precision} ${inputRange}`, { precision, inputRange }])).values()];
  return kinds.flatMap(({ precision, inputRange }) => {
    const maps = (source: BatchSource): number[] => rows.filter((row) => row.source === source && row.precision === precision && row.inputRange === inputRange).map(({ map }) => map);
    return OTHERS.map((against): Figure3Spread => {
      const pair = [maps("distilled"), maps(against)];
      const difference = bootstrapInterval(pair, ([a, b]) => standardDeviation(a) - standardDeviation(b), resamples, seed);
      if (pair.some((values) => values.length < 3)) return { against, precision, inputRange, difference, levene: null };
      const { statistic, p } = levene(pair);
      return { against, precision, inputRange, difference, levene: { statistic: Math.min(statistic, Number.MAX_VALUE), p } }; // JSON has no Infinity
    });
  });
}

/**
 * Verdicts on Figure 3 at the paper's W8A8, the image's range calibrated.
 *
 * - zsq-batches-equal-on-average: seen if the difference of means is at most 0.005 either way; reversed if distilled batches are better by more.
 * - zsq-batches-narrower: seen if the interval of the difference of standard deviations, distilled minus consecutive, lies below 0; reversed if above.
 */
export function figure3Verdicts(rows: readonly Figure3Row[], spreads: readonly Figure3Spread[]): Verdict[] {
  const average = (source: BatchSource): number => mean(rows.filter((row) => row.source === source && row.precision === "W8A8" && row.inputRange === "calibrated").map(({ map }) => map));
  const spread = (against: BatchSource, precision: string): Figure3Spread => spreads.find((one) => one.against === against && one.precision === precision && one.inputRange === "calibrated")!;
  const difference = average("distilled") - average("real-consecutive");
  const { difference: narrower } = spread("real-consecutive", "W8A8");
  const show = ({ difference: { mean: value, ci95: [low, high] }, levene: test }: Figure3Spread): string => `${signed(value)} [${signed(low)}, ${signed(high)}]${test ? `, Levene p ${test.p.toPrecision(2)}` : ""}`;
  return [
    {
      claim: "zsq-batches-equal-on-average", seen: Math.abs(difference) <= 0.005 ? "seen" : difference > 0 ? "reversed" : "not seen",
      evidence: `distilled minus consecutive ${signed(difference)}, minus independent ${signed(average("distilled") - average("real-independent"))}`,
    },
    {
      claim: "zsq-batches-narrower", seen: narrower.ci95[1] < 0 ? "seen" : narrower.ci95[0] > 0 ? "reversed" : "not seen",
      evidence: `standard deviation, distilled minus consecutive ${show(spread("real-consecutive", "W8A8"))}; minus independent ${show(spread("real-independent", "W8A8"))}; at W8A4 minus consecutive ${show(spread("real-consecutive", "W8A4"))}`,
    },
  ];
}
