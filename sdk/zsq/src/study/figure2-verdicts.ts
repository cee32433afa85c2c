import { decide, signed, type Finding } from "./verdict-rules";
import type { ModelName } from "./profiles";
import type { Figure2Reference, Figure2Row, Verdict } from "./result-schema";

/** Claims of the paper about Figure 2, in words, by the ids of verdicts. */
export const figure2Claims: Readonly<Record<string, string>> = {
  "distillation-beats-noise": "Distilled images calibrate better than the noise that they start from",
  "mean-only-along-the-curve": "Matching means alone is at least as good as matching means and deviations, along the iterations",
  "loss-falls": "Distillation brings the statistics close to the stored ones",
};

/**
 * Verdicts on Figure 2, each for both models together at the paper's W8A8; numbers are means over seeds.
 *
 * - distillation-beats-noise: seen if mAP after `iterations` is above that of noise by more than 0.005; reversed if it is as far below.
 * - mean-only-along-the-curve: seen if the mean loss is not worse on average over the snapshots from iteration 10 (or the last) on;
 *   reversed if it is worse by more than 0.005.
 * - loss-falls: seen if the mean loss falls to a tenth or less of its start after `iterations`; reversed if it rises.
 */
export function figure2Verdicts(rows: readonly Figure2Row[], references: readonly Figure2Reference[], iterations: number): Verdict[] {
  const models = [...new Set(rows.map(({ model }) => model))];
  const judged = (claim: string, rule: (model: ModelName) => Finding): Verdict => decide(claim, models.map((model) => [model, rule(model)]));
  const mapAt = (model: ModelName, precision: string, loss: string, at: (i: number) => boolean): number =>
    average(rows.filter((row) => row.model === model && row.precision === precision && row.loss === loss && at(row.iterations)).map(({ map }) => map));
  return [
    judged("distillation-beats-noise", (model) => {
      const gain = (precision: string): number => mapAt(model, precision, "mean", (i) => i === iterations) - references.find((line) => line.model === model && line.precision === precision && line.calibration === "noise")!.map;
      const [eight, four] = [gain("W8A8"), gain("W8A4")];
      return { seen: eight > 0.005 ? "seen" : eight < -0.005 ? "reversed" : "not seen", evidence: `after ${iterations} iterations ${signed(eight)} against noise at W8A8 (at W8A4 ${signed(four)})` };
    }),
    judged("mean-only-along-the-curve", (model) => {
      const last = Math.max(...rows.map((row) => row.iterations));
      const late = (i: number): boolean => i >= Math.min(10, last);
      const difference = (precision: string): number => mapAt(model, precision, "mean", late) - mapAt(model, precision, "mean+std", late);
      const [eight, four] = [difference("W8A8"), difference("W8A4")];
      return { seen: eight >= 0 ? "seen" : eight < -0.005 ? "reversed" : "not seen", evidence: `mean minus mean + std on average ${signed(eight)} at W8A8 (at W8A4 ${signed(four)})` };
    }),
    judged("loss-falls", (model) => {
      const lossAt = (i: number): number => average(rows.filter((row) => row.model === model && row.loss === "mean" && row.iterations === i).map(({ lossMean }) => lossMean));
      const [start, end] = [lossAt(0), lossAt(iterations)];
      return { seen: end <= start / 10 ? "seen" : end > start ? "reversed" : "not seen", evidence: `mean term ${start.toPrecision(3)} to ${end.toPrecision(3)}` };
    }),
  ];
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
