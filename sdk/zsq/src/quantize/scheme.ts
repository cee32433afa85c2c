import { checkBits } from "./affine";
import { perAxis, perTensor, type Granularity } from "./granularity";

/** What is quantized, and how. Bits of 32 leave the tensors in float. */
export interface Scheme {
  readonly weights: {
    /** 2 to 16, or 32 */
    readonly bits: number;
    readonly granularity: Granularity;
    readonly symmetric: boolean;
  };
  readonly activations: {
    /** 2 to 16, or 32 */
    readonly bits: number;
    readonly granularity: typeof perTensor;
    readonly symmetric: boolean;
    /** percentile of the calibration, in (50, 100]; 100: minimum and maximum */
    readonly percentile: number;
  };
  /** range of what enters the first convolution: "calibrated" as all others, or "image": that of any normalized 8-bit image */
  readonly inputRange: "calibrated" | "image";
  /** convolutions left in float: by name, or those for which the function says true; defaults to none */
  readonly exclude?: readonly string[] | ((layer: string) => boolean);
}

export interface SchemeOptions {
  weights?: Partial<Omit<Scheme["weights"], "bits">>;
  activations?: Partial<Omit<Scheme["activations"], "bits" | "granularity">>;
  inputRange?: Scheme["inputRange"];
  exclude?: Scheme["exclude"];
}

/**
 * A scheme by its precision. Unless the options say otherwise it is that of the study: asymmetric; weights with one
 * scale per output channel, over minimum and maximum; what enters a convolution with one scale, over percentile 99.99
 * of the calibration; the range of the image calibrated as well.
 *
 * - **precision** – "W<bits>A<bits>" with 2 to 16 bits, or 32 to leave weights or activations in float
 *
 * Throws if the precision, the percentile or the range of the input is invalid.
 *
 * @example scheme("W8A4", { inputRange: "image" })
 */
export function scheme(precision: string, { weights, activations, inputRange = "calibrated", exclude }: SchemeOptions = {}): Scheme {
  const match = /^W(\d+)A(\d+)$/.exec(precision);
  if (!match) throw new Error(`scheme: invalid precision: ${precision}; expected W<bits>A<bits> such as W8A8`);
  const result: Scheme = {
    weights: { granularity: perAxis(3), symmetric: false, ...weights, bits: Number(match[1]) },
    activations: { symmetric: false, percentile: 99.99, ...activations, granularity: perTensor, bits: Number(match[2]) },
    inputRange,
    ...(exclude && { exclude }),
  };
  checkScheme("scheme", result);
  return result;
}

/** "W8A4" for weights of 8 and activations of 4 bits. */
export const precisionName = ({ weights, activations }: Pick<Scheme, "weights" | "activations">): string => `W${weights.bits}A${activations.bits}`;

/** Throws if a bit width, the percentile or the range of the input is invalid. */
export function checkScheme(where: string, { weights, activations, inputRange }: Scheme): void {
  for (const { bits } of [weights, activations]) if (bits !== 32) checkBits(where, bits);
  checkPercentile(where, activations.percentile);
  if (inputRange !== "calibrated" && inputRange !== "image") throw new Error(`${where}: unknown inputRange: ${inputRange}; expected calibrated or image`);
}

/** Throws unless the percentile is in (50, 100]. */
export function checkPercentile(where: string, percentile: number): void {
  if (!(percentile > 50 && percentile <= 100)) throw new RangeError(`${where}: invalid percentile: ${percentile}; expected more than 50, at most 100`);
}

/** Whether the scheme leaves the convolution in float. */
export function isExcluded({ exclude }: Pick<Scheme, "exclude">, layer: string): boolean {
  return typeof exclude === "function" ? exclude(layer) : (exclude?.includes(layer) ?? false);
}
