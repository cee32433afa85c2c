import type { CalibrationSource } from "./theme";

/** One measured row of Table 1, as results/table1.json stores it. */
export interface Table1Row {
  model: "pretrained" | "fine-tuned";
  dataset: string;
  precision: "W32A32" | "W8A8" | "W8A4";
  /** range of what enters the first convolution: calibrated as all others, or that of any normalized 8-bit image */
  inputRange: "none" | "calibrated" | "image";
  calibration: CalibrationSource;
  /** mAP 0.50:0.95 as a fraction: mean over seeds, 95 % interval */
  map: { mean: number; ci95: readonly [number, number]; seeds: number };
  sizeMiB: number;
}

/** One row of the paper's Table 1, or of what its text says of noise. */
export interface PaperRow {
  model: "pretrained" | "fine-tuned";
  dataset: string;
  precision: "W32A32" | "W8A8" | "W8A4";
  calibration: CalibrationSource;
  /** mAP 0.50:0.95 as a fraction */
  map: number;
  sizeMiB?: number;
  /** why it differs from ours; defaults to what can be read from the rows */
  why?: string;
}
