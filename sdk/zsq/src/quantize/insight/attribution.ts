import type { Predictor } from "../../nn/detector";
import type { Calibrated, Calibration } from "../calibrate";
import type { Scheme } from "../scheme";
import { evaluateSubset, withFloat, type Evaluate } from "./subsets";

/** The parts of a detector, by how the names of their layers begin. */
export const PARTS = {
  backbone: "backbone.body.",
  pyramid: "backbone.fpn.",
  "class head": "head.classification_head.",
  "box head": "head.regression_head.",
} as const;

/** What quantizing one part of a detector alone costs. */
export interface LossShare {
  /** "all", "weights", "activations", or one of PARTS */
  part: string;
  /** of the detector with only that quantized */
  value: number;
  /** how much lower than in float */
  loss: number;
}

/**
 * Where the loss of quantization comes from: the figure of the detector with all of the scheme, with weights or
 * activations alone, and with each part of the network alone. Losses need not add up.
 *
 * - **evaluate** – a figure of merit, the higher the better; runs eight times
 */
export async function attributeLoss(detector: Calibrated & Predictor, calibration: Calibration, scheme: Scheme, evaluate: Evaluate): Promise<LossShare[]> {
  const float = await evaluate(detector), all = (): boolean => true;
  const cases: [string, Scheme, (layer: string) => boolean][] = [
    ["all", scheme, all],
    ["weights", withFloat(scheme, { activations: true }), all],
    ["activations", withFloat(scheme, { weights: true }), all],
    ...Object.entries(PARTS).map(([part, start]): [string, Scheme, (layer: string) => boolean] => [part, scheme, (layer) => layer.startsWith(start)]),
  ];
  const shares: LossShare[] = [];
  for (const [part, given, quantizes] of cases) {
    const value = await evaluateSubset(detector, calibration, given, evaluate, quantizes);
    shares.push({ part, value, loss: float - value });
  }
  return shares;
}
