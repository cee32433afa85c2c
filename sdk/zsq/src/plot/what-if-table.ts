import type { LayerDamage } from "../study/what-if-task";
import type { WhatIfAnswer } from "../study/what-if";
import { whatIfRow } from "../study/what-if-sweep";
import type { WhatIfRow } from "../study/result-schema";
import { interval, percent, points } from "./percent";
import type { TableRecord } from "./table1-table";
import { rangeLabel, sourceLabel } from "./what-if-figure";

/**
 * Answers, or rows of a sweep, as text: what was asked, mAP, its distance from full precision on the same images with the
 * interval of pairs, and the size.
 *
 * @example new dfd.DataFrame(whatIfTable(await whatIfAll([{ activationBits: 4 }, { activationBits: 3 }])))
 */
export function whatIfTable(answers: readonly (WhatIfAnswer | WhatIfRow)[]): TableRecord[] {
  return answers.map((answer) => ("choice" in answer ? whatIfRow(answer) : answer)).map((row) => ({
    model: row.model,
    bits: `W${row.weightBits}A${row.activationBits}`,
    ranges: rangeLabel(row),
    weights: row.granularity.replace("-", " "),
    "calibrated with": `${sourceLabel(row)}, ${count(row.images, "image")}${row.iterations === null ? "" : `, ${count(row.iterations, "iteration")}`}`,
    "image range": row.inputRange === "image" ? "known" : "calibrated",
    "in float": row.exclude.join(" ") || "",
    "mAP, % [95 %]": `${percent(row.map.mean)} [${interval(row.map.ci95)}]`,
    "from full precision, points [95 %]": `${points(row.difference.mean)} [${points(row.difference.ci95[0])} to ${points(row.difference.ci95[1])}]`,
    "size, MiB": row.sizeMiB.toFixed(2),
  }));
}

/** Layers as text, the first `count` of them: what of weights and inputs is lost to rounding and clipping, in dB. */
export const layerTable = (layers: readonly LayerDamage[], count = 8): TableRecord[] => layers.slice(0, count).map(({ layer, sqnr, weights, inputs, clipped }) => ({
  layer, "both, dB": decibels(sqnr), "weights, dB": decibels(weights), "inputs, dB": decibels(inputs), "inputs clipped, %": (100 * clipped).toFixed(3),
}));

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

const decibels = (value: number): string => (value >= 999 ? "in float" : value.toFixed(1));
