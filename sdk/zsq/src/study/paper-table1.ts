import { Architecture } from "../nn/architecture";
import { paperConfigs, type ModelName, type ProfileName } from "./profiles";
import type { Table1PaperRow } from "./result-schema";

/** The sizes that the paper prints, in MiB. */
export const printedSizes: Readonly<Record<ModelName, { W32A32: number; W8A8: number }>> = {
  pretrained: { W32A32: 145.7, W8A8: 36.4 },
  "fine-tuned": { W32A32: 138.8, W8A8: 34.7 },
};

const MAPS: readonly [ModelName, "W32A32" | "W8A8", "none" | "distilled-mean" | "noise", number][] = [
  ["pretrained", "W32A32", "none", 0.416],
  ["pretrained", "W8A8", "distilled-mean", 0.401],
  ["pretrained", "W8A8", "noise", 0.165],
  ["fine-tuned", "W32A32", "none", 0.3229],
  ["fine-tuned", "W8A8", "distilled-mean", 0.3118],
  ["fine-tuned", "W8A8", "noise", 0.1918],
];

const DATA = { pretrained: "COCO val2017", "fine-tuned": "FLIR ADAS" };

/**
 * The paper's Table 1 and what its text says of noise; sizes are computed from the architecture, to the paper's one decimal.
 *
 * Source: Sevsay and Akagündüz 2024, Table 1 and section 4.
 */
export function paperTable1(profile: ProfileName = "embedded"): Table1PaperRow[] {
  return MAPS.map(([model, precision, calibration, map]) => {
    const architecture = new Architecture(paperConfigs[model]);
    const why = profile === "paper" ? "the same data and architecture; other seeds and another tool to quantize" : `other images (${DATA[model]}) and another size of the detector (${millions(architecture.parameterCount)} parameters): compare distances between rows, not rows`;
    return { model, dataset: DATA[model], precision, calibration, map, sizeMiB: oneDecimal(architecture.sizeMiB(precision === "W8A8" ? 8 : 32)), why };
  });
}

const oneDecimal = (x: number): number => Math.round(10 * x) / 10;
const millions = (count: number): string => `${(count / 1e6).toFixed(1)} million`;
