import { Architecture } from "../nn/architecture";
import type { Interval } from "./comparison";
import { printedSizes } from "./paper-table1";
import { paperConfigs, type ModelName } from "./profiles";
import type { Table1Row, Verdict } from "./result-schema";
import { decide, signed, type Finding } from "./verdict-rules";

type Calibration = Table1Row["calibration"];

/** What the rules look at. */
export interface Table1Evidence {
  rows: readonly Table1Row[];
  /** mAP of calibration a minus that of b at W8A8 with the input range calibrated, paired over images and seeds */
  difference: (model: ModelName, a: Calibration, b: Calibration) => Interval;
}

/** Claims of the paper about Table 1, in words, by the ids of verdicts. */
export const table1Claims: Readonly<Record<string, string>> = {
  "zsq-close-to-fp": "Eight bits calibrated with distilled images lose at most 2 points of mAP",
  "zsq-equals-ptq": "Distilled images calibrate as well as real ones",
  "noise-collapses": "Calibrated with plain noise the detector collapses",
  "mean-only-at-least-mean-std": "Matching means alone is at least as good as matching means and deviations",
  "sizes-quartered": "Eight bits take a quarter of the size",
};

/**
 * Verdicts on the paper's claims, each for both models together, at the paper's own precision W8A8 with all ranges
 * calibrated: "seen" or "reversed" if the rule says so for each model, "not seen" otherwise.
 *
 * - zsq-close-to-fp: seen if full precision - distilled (mean) <= 0.02; never reversed.
 * - zsq-equals-ptq: seen if |distilled (mean) - real| <= 0.005 or the paired interval contains 0; reversed if distilled
 *   images are better beyond both.
 * - noise-collapses: seen if noise <= 0.75 of full precision, which is above 0; reversed if noise is better than distilled (mean), the
 *   paired interval above 0.
 * - mean-only-at-least-mean-std: seen if the difference is >= 0; reversed if the paired interval lies below 0.
 * - sizes-quartered: seen if every W8 row is exactly a quarter of W32 and the paper's four sizes follow from its
 *   architecture; never reversed.
 */
export function table1Verdicts(evidence: Table1Evidence): Verdict[] {
  const models = [...new Set(evidence.rows.map(({ model }) => model))];
  const judged = (claim: string, rule: (model: ModelName, evidence: Table1Evidence) => Finding): Verdict => decide(claim, models.map((model) => [model, rule(model, evidence)]));
  return [
    judged("zsq-close-to-fp", closeToFullPrecision), judged("zsq-equals-ptq", equalsReal), judged("noise-collapses", noiseCollapses),
    judged("mean-only-at-least-mean-std", meanOnly), sizesQuartered(evidence.rows),
  ];
}

function closeToFullPrecision(model: ModelName, { rows }: Table1Evidence): Finding {
  const [full, zsq, four] = [mapOf(rows, model, "none"), mapOf(rows, model, "distilled-mean"), mapOf(rows, model, "distilled-mean", "W8A4")];
  return { seen: full - zsq <= 0.02 ? "seen" : "not seen", evidence: `full precision ${show(full)}, distilled ${show(zsq)} (${signed(zsq - full)}; at W8A4 ${signed(four - full)})` };
}

function equalsReal(model: ModelName, { difference }: Table1Evidence): Finding {
  const { mean, ci95: [low, high] } = difference(model, "distilled-mean", "real");
  const seen = Math.abs(mean) <= 0.005 || (low <= 0 && high >= 0);
  return { seen: seen ? "seen" : mean > 0 ? "reversed" : "not seen", evidence: `distilled minus real ${signed(mean)} [${signed(low)}, ${signed(high)}]` };
}

function noiseCollapses(model: ModelName, { rows, difference }: Table1Evidence): Finding {
  const [full, noise, four] = [mapOf(rows, model, "none"), mapOf(rows, model, "noise"), mapOf(rows, model, "noise", "W8A4")];
  const { mean, ci95: [low, high] } = difference(model, "noise", "distilled-mean");
  const share = (map: number): string => (full > 0 ? `${(map / full).toFixed(2)} of full precision` : "of no precision");
  return {
    seen: full > 0 && noise <= 0.75 * full ? "seen" : low > 0 ? "reversed" : "not seen",
    evidence: `noise ${show(noise)} (${share(noise)}; at W8A4 ${share(four)}), noise minus distilled ${signed(mean)} [${signed(low)}, ${signed(high)}]`,
  };
}

function meanOnly(model: ModelName, { difference }: Table1Evidence): Finding {
  const { mean, ci95: [low, high] } = difference(model, "distilled-mean", "distilled-mean-std");
  return { seen: mean >= 0 ? "seen" : high < 0 ? "reversed" : "not seen", evidence: `mean minus mean + std ${signed(mean)} [${signed(low)}, ${signed(high)}]` };
}

function sizesQuartered(rows: readonly Table1Row[]): Verdict {
  const full = new Map(rows.filter(({ precision }) => precision === "W32A32").map(({ model, sizeMiB }) => [model, sizeMiB]));
  const quartered = rows.every(({ model, precision, sizeMiB }) => precision === "W32A32" || 4 * sizeMiB === full.get(model));
  const paper = (Object.keys(printedSizes) as ModelName[]).map((model) => {
    const architecture = new Architecture(paperConfigs[model]);
    const [w32, w8] = [architecture.sizeMiB(32).toFixed(1), architecture.sizeMiB(8).toFixed(1)];
    const { W32A32, W8A8 } = printedSizes[model];
    return { equal: Number(w32) === W32A32 && Number(w8) === W8A8, text: `${architecture.parameterCount.toLocaleString("en")} parameters give ${w32} and ${w8} MiB (printed ${W32A32}, ${W8A8})` };
  });
  const here = [...full].map(([model, size]) => `${model} ${size.toFixed(2)} to ${(size / 4).toFixed(2)} MiB`);
  const seen = quartered && paper.every(({ equal }) => equal) ? "seen" : "not seen";
  return { claim: "sizes-quartered", seen, evidence: `here ${here.join(", ")}; the paper's detectors: ${paper.map(({ text }) => text).join(", ")}` };
}

function mapOf(rows: readonly Table1Row[], model: ModelName, calibration: Calibration, precision: Table1Row["precision"] = "W8A8"): number {
  const found = rows.find((row) => row.model === model && row.calibration === calibration && (calibration === "none" || (row.precision === precision && row.inputRange === "calibrated")));
  if (!found) throw new Error(`table1Verdicts: missing row: ${model}, ${precision}, ${calibration}; expected one with the input range calibrated`);
  return found.map.mean;
}

const show = (map: number): string => (100 * map).toFixed(2);
