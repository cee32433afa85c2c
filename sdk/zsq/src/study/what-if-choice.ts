import { perAxis, perGroup, perTensor, type Granularity } from "../quantize/granularity";
import { entropy, histogramPercentile, l2Search, meanSquaredError, type CalibratorSpec } from "../quantize/calibrators/spec";
import { scheme, type Scheme } from "../quantize/scheme";
import type { ModelName } from "./profiles";

export const CALIBRATORS = ["percentile", "min-max", "entropy", "mse", "l2"] as const;
export const GRANULARITIES = ["per-tensor", "per-channel", "per-group"] as const;
export const WHAT_IF_SOURCES = ["distilled", "real", "shuffled", "noise"] as const;

/** One way to quantize a detector: everything that a what-if question can change. */
export interface WhatIfChoice {
  readonly model: ModelName;
  /** 2 to 8, or 32 to leave them in float */
  readonly weightBits: number;
  readonly activationBits: number;
  /** how ranges follow from the histograms of the calibration; entropy, mse and l2 at the bits of the activations */
  readonly calibrator: (typeof CALIBRATORS)[number];
  /** of calibrator "percentile", in (50, 100] */
  readonly percentile: number;
  /** of the weights; groups are of 16 channels */
  readonly granularity: (typeof GRANULARITIES)[number];
  /** range of the image itself */
  readonly inputRange: "calibrated" | "image";
  readonly source: (typeof WHAT_IF_SOURCES)[number];
  /** calibration images */
  readonly images: number;
  /** of distilled images */
  readonly iterations: number;
  readonly loss: "mean" | "mean+std";
  /** convolutions left in float, by name or by the beginning of their names */
  readonly exclude: readonly string[];
}

/** The part of a choice that decides how the detector is quantized, once it has been calibrated. */
export type SchemeChoice = Pick<WhatIfChoice, "weightBits" | "activationBits" | "calibrator" | "percentile" | "granularity" | "inputRange" | "exclude">;

const WEIGHTS: Readonly<Record<WhatIfChoice["granularity"], Granularity>> = { "per-tensor": perTensor, "per-channel": perAxis(3), "per-group": perGroup(3, 16) };

/** Whether nothing is quantized. */
export const isFloat = ({ weightBits, activationBits }: Pick<WhatIfChoice, "weightBits" | "activationBits">): boolean => weightBits === 32 && activationBits === 32;

/** Bits as the study writes them, such as "W8A4". */
export const precisionOf = ({ weightBits, activationBits }: Pick<WhatIfChoice, "weightBits" | "activationBits">): string => `W${weightBits}A${activationBits}`;

/** The calibrator of a choice. Bits of 32 count as 8: the range is not used then. */
export function calibratorOf({ calibrator, percentile, activationBits }: SchemeChoice): CalibratorSpec {
  const bits = activationBits === 32 ? 8 : activationBits;
  if (calibrator === "entropy") return entropy(bits);
  if (calibrator === "mse") return meanSquaredError(bits);
  if (calibrator === "l2") return l2Search(bits);
  return histogramPercentile(calibrator === "min-max" ? 100 : percentile);
}

/**
 * The scheme of a choice.
 *
 * - **layers** – all convolutions, in their order
 *
 * Throws if a name of `exclude` begins no layer's.
 */
export function schemeOf(choice: SchemeChoice, layers: readonly string[]): Scheme {
  const unknown = choice.exclude.find((start) => !layers.some((layer) => layer.startsWith(start)));
  if (unknown !== undefined) throw new Error(`whatIf: unknown layer: ${unknown}; expected the name of a convolution or its beginning, such as ${layers[0]}`);
  const exclude = layers.filter((layer) => choice.exclude.some((start) => layer.startsWith(start)));
  return scheme(precisionOf(choice), {
    weights: { granularity: WEIGHTS[choice.granularity] }, activations: { calibrator: calibratorOf(choice) }, inputRange: choice.inputRange, ...(exclude.length && { exclude }),
  });
}

/** Throws one line that names the first part of a choice that is not possible. */
export function checkChoice(choice: WhatIfChoice): void {
  const fail = (what: string, received: unknown, expected: string): never => {
    throw new RangeError(`whatIf: invalid ${what}: ${String(received)}; expected ${expected}`);
  };
  for (const what of ["weightBits", "activationBits"] as const) {
    const bits = choice[what];
    if (bits !== 32 && !(Number.isInteger(bits) && bits >= 2 && bits <= 8)) fail(what, bits, "an integer from 2 to 8, or 32");
  }
  const known = { calibrator: CALIBRATORS, granularity: GRANULARITIES, source: WHAT_IF_SOURCES, inputRange: ["calibrated", "image"], loss: ["mean", "mean+std"], model: ["pretrained", "fine-tuned"] } as const;
  for (const [what, values] of Object.entries(known)) {
    const value = choice[what as keyof typeof known];
    if (!(values as readonly string[]).includes(value)) fail(what, value, `one of ${values.join(", ")}`);
  }
  if (!(choice.percentile > 50 && choice.percentile <= 100)) fail("percentile", choice.percentile, "more than 50, at most 100");
  if (!(Number.isInteger(choice.images) && choice.images >= 1 && choice.images <= 1024)) fail("images", choice.images, "an integer from 1 to 1024");
  if (!(Number.isInteger(choice.iterations) && choice.iterations >= 0 && choice.iterations <= 10_000)) fail("iterations", choice.iterations, "an integer from 0 to 10000");
}
