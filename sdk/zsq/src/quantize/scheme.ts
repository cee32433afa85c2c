import { checkBits } from "./affine";
import { arithmetics, type ArithmeticName } from "./arithmetic";
import { calibratorName, checkCalibrator, percentile, type CalibratorSpec } from "./calibrators/spec";
import { perAxis, perTensor, type Granularity } from "./granularity";

/** How the kernels of convolutions are quantized, over their minimum and maximum. */
export interface WeightScheme {
  /** 2 to 16, or 32 */
  readonly bits: number;
  readonly granularity: Granularity;
  readonly symmetric: boolean;
  /** the lowest integer is left out; absent: it is used */
  readonly narrow?: true;
}

/** Which tensors between layers are quantized: what enters convolutions, what they give, sums. */
export type TensorRole = "inputs" | "outputs" | "adds";

/** How tensors between layers are quantized. */
export interface ActivationScheme {
  /** 2 to 16, or 32 */
  readonly bits: number;
  readonly granularity: typeof perTensor;
  readonly symmetric: boolean;
  /** the lowest integer is left out; absent: it is used */
  readonly narrow?: true;
  /** which calibration it is for */
  readonly calibrator: CalibratorSpec;
  readonly tensors: readonly TensorRole[];
}

/** Names of layers, or the function that says true for theirs. */
export type LayerSelection = readonly string[] | ((layer: string) => boolean);

/** Other bits or levels for some layers; where several overrides name one, later ones win. */
export interface LayerOverride {
  readonly layers: LayerSelection;
  readonly weights?: Partial<WeightScheme>;
  readonly activations?: Partial<Pick<ActivationScheme, "bits" | "symmetric" | "narrow">>;
}

/** What is quantized, and how. Bits of 32 leave the tensors in float. */
export interface Scheme {
  readonly weights: WeightScheme;
  readonly activations: ActivationScheme;
  /** range of what enters the first convolution: "calibrated" as all others, or "image": that of any normalized 8-bit image */
  readonly inputRange: "calibrated" | "image";
  /** how scales and zero points follow from ranges; absent: the paper's */
  readonly arithmetic?: ArithmeticName;
  /** batch normalizations become part of the convolutions before them; absent: they stay, in float */
  readonly foldBatchNorm?: true;
  /** convolutions, or sums, left in float; defaults to none */
  readonly exclude?: LayerSelection;
  readonly overrides?: readonly LayerOverride[];
}

export interface SchemeOptions {
  weights?: Partial<Omit<WeightScheme, "bits">>;
  /** percentile: short for calibrator percentile(p) */
  activations?: Partial<Omit<ActivationScheme, "bits" | "granularity">> & { readonly percentile?: number };
  inputRange?: Scheme["inputRange"];
  arithmetic?: ArithmeticName;
  foldBatchNorm?: true;
  exclude?: LayerSelection;
  overrides?: readonly LayerOverride[];
}

/**
 * A scheme by its precision. Unless the options say otherwise it is that of the study: asymmetric; weights with one
 * scale per output channel, over minimum and maximum; what enters a convolution with one scale, over percentile 99.99
 * of the calibration; the range of the image calibrated as well.
 *
 * - **precision** – "W<bits>A<bits>" with 2 to 16 bits, or 32 to leave weights or activations in float
 *
 * Throws if the precision, the calibrator, a tensor or the range of the input is invalid.
 *
 * @example scheme("W8A4", { inputRange: "image" })
 */
export function scheme(precision: string, { weights, activations: { percentile: p, ...activations } = {}, inputRange = "calibrated", arithmetic, foldBatchNorm, exclude, overrides }: SchemeOptions = {}): Scheme {
  const match = /^W(\d+)A(\d+)$/.exec(precision);
  if (!match) throw new Error(`scheme: invalid precision: ${precision}; expected W<bits>A<bits> such as W8A8`);
  const result: Scheme = {
    weights: { granularity: perAxis(3), symmetric: false, ...weights, bits: Number(match[1]) },
    activations: { symmetric: false, calibrator: percentile(p), tensors: ["inputs"], ...activations, granularity: perTensor, bits: Number(match[2]) },
    inputRange,
    ...(arithmetic && { arithmetic }), ...(foldBatchNorm && { foldBatchNorm }), ...(exclude && { exclude }), ...(overrides && { overrides }),
  };
  checkScheme("scheme", result);
  return result;
}

/** "W8A4" for weights of 8 and activations of 4 bits. */
export const precisionName = ({ weights, activations }: Pick<Scheme, "weights" | "activations">): string => `W${weights.bits}A${activations.bits}`;

const ROLES: readonly TensorRole[] = ["inputs", "outputs", "adds"];

/** Throws if a bit width, the calibrator, a tensor, the arithmetic or the range of the input is invalid. */
export function checkScheme(where: string, { weights, activations, inputRange, arithmetic, overrides = [] }: Scheme): void {
  const widths = [weights, activations, ...overrides.flatMap((override) => [override.weights, override.activations])].map((part) => part?.bits);
  for (const bits of widths) if (bits !== undefined && bits !== 32) checkBits(where, bits);
  checkCalibrator(where, activations.calibrator);
  if ("bits" in activations.calibrator && activations.bits !== 32 && activations.calibrator.bits !== activations.bits) {
    throw new Error(`${where}: invalid calibrator: ${calibratorName(activations.calibrator)}; expected ${activations.bits} bits, those of the activations`);
  }
  for (const role of activations.tensors) if (!ROLES.includes(role)) throw new Error(`${where}: unknown tensors: ${role}; expected ${ROLES.join(", ")}`);
  if (!activations.tensors.length) throw new Error(`${where}: missing tensors; expected at least one of ${ROLES.join(", ")}; try 32 bits to leave activations in float`);
  if (arithmetic !== undefined && !Object.hasOwn(arithmetics, arithmetic)) throw new Error(`${where}: unknown arithmetic: ${arithmetic}; expected ${Object.keys(arithmetics).join(", ")}`);
  if (inputRange !== "calibrated" && inputRange !== "image") throw new Error(`${where}: unknown inputRange: ${inputRange}; expected calibrated or image`);
}

/** Whether the selection holds the layer. */
export const selects = (selection: LayerSelection | undefined, layer: string): boolean => (typeof selection === "function" ? selection(layer) : (selection?.includes(layer) ?? false));

/** Whether the scheme leaves the layer in float. */
export const isExcluded = ({ exclude }: Pick<Scheme, "exclude">, layer: string): boolean => selects(exclude, layer);

/** Weights and activations of one layer: those of the scheme with its overrides, 32 bits where it is excluded. */
export function layerScheme(scheme: Scheme, layer: string): Pick<Scheme, "weights" | "activations"> {
  const own = (scheme.overrides ?? []).filter(({ layers }) => selects(layers, layer));
  const bits = isExcluded(scheme, layer) ? { bits: 32 } : {};
  return {
    weights: Object.assign({}, scheme.weights, ...own.map(({ weights }) => weights), bits) as WeightScheme,
    activations: Object.assign({}, scheme.activations, ...own.map(({ activations }) => activations), bits) as ActivationScheme,
  };
}
