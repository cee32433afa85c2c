import type { Predictor } from "../../nn/detector";
import type { Calibrated, Calibration } from "../calibrate";
import type { Scheme } from "../scheme";
import { evaluateSubset, type Evaluate } from "./subsets";

/** Layers to leave in float so that a detector loses no more than allowed. */
export interface FloatExclusions {
  /** for Scheme.exclude; the most sensitive first */
  exclude: string[];
  /** figure of the detector in float, with everything quantized, and with the exclusions */
  float: number;
  quantized: number;
  value: number;
  /** whether the loss is within the budget; false: not even with all the given layers in float */
  met: boolean;
}

/**
 * The shortest list, of the form "the n most sensitive layers", that brings the loss within a budget: n is doubled until
 * it does, then halved back. Where the figure does not rise with n, a shorter list may exist.
 *
 * - **ranking** – layers, the most sensitive first, such as by layerSensitivity's outputError
 * - **budget** – allowed loss, >= 0, in the units of `evaluate`
 */
export async function floatExclusions(detector: Calibrated & Predictor, calibration: Calibration, scheme: Scheme, evaluate: Evaluate, { ranking, budget }: { ranking: readonly string[]; budget: number }): Promise<FloatExclusions> {
  if (!(budget >= 0)) throw new RangeError(`floatExclusions: invalid budget: ${budget}; expected a number >= 0`);
  const float = await evaluate(detector), known = new Map<number, number>();
  const at = async (n: number): Promise<number> => {
    const excluded = new Set(ranking.slice(0, n));
    if (!known.has(n)) known.set(n, await evaluateSubset(detector, calibration, scheme, evaluate, (layer) => !excluded.has(layer)));
    return known.get(n)!;
  };
  const meets = async (n: number): Promise<boolean> => float - (await at(n)) <= budget;
  let [below, above] = [-1, 0]; // below does not meet the budget
  while (!(await meets(above)) && above < ranking.length) [below, above] = [above, Math.min(Math.max(2 * above, 1), ranking.length)];
  while (above - below > 1) {
    const middle = (above + below) >> 1;
    if (await meets(middle)) above = middle;
    else below = middle;
  }
  const value = await at(above);
  return { exclude: ranking.slice(0, above), float, quantized: await at(0), value, met: float - value <= budget };
}
