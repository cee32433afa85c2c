import type { Argv } from "yargs";
import type { Calibration } from "../quantize/calibrate";
import { entropy, histogramPercentile, l2Search, meanSquaredError, minMax, movingAverage, percentile, type CalibratorSpec } from "../quantize/calibrators/spec";
import { checkScheme, type Scheme } from "../quantize/scheme";
import { schemePresets, type SchemePresetName } from "../quantize/scheme-presets";
import { UsageError } from "./report-error";

/** What says how a detector is quantized. */
export interface SchemeArguments {
  preset: SchemePresetName; precision: string; inputRange: "calibrated" | "image"; exclude: string[];
}

/** The options of SchemeArguments. */
export const schemeOptions = <T>(yargs: Argv<T>, preset: SchemePresetName, precision = "W8A8") => yargs
  .option("preset", { choices: Object.keys(schemePresets) as SchemePresetName[], default: preset, describe: "whose quantization to follow; onnxruntime and tflite: all that integer kernels compute" })
  .option("precision", { type: "string", requiresArg: true, default: precision, describe: "such as W8A4: bits of weights and activations" })
  .option("inputRange", { alias: "input-range", choices: ["calibrated", "image"] as const, default: "calibrated" as const, describe: "range of the image itself: of the calibration, or of any 8-bit image" })
  .option("exclude", { type: "string", array: true, default: [] as string[], describe: "layers that stay in float" });

/** The scheme that the options say; with a calibration, one that takes its calibrator. Throws if an option is wrong. */
export function schemeOf({ preset, precision, inputRange, exclude }: SchemeArguments, calibrator?: CalibratorSpec): Scheme {
  const match = /^W(\d+)A(\d+)$/.exec(precision);
  if (!match) throw new UsageError(`invalid --precision: ${precision}; expected W<bits>A<bits> such as W8A8`);
  const { weights, activations, ...rest } = schemePresets[preset] as Scheme, [w, a] = [Number(match[1]), Number(match[2])];
  const scheme: Scheme = { ...rest, weights: { ...weights, bits: w }, activations: { ...activations, bits: a, calibrator: calibrator ?? activations.calibrator }, inputRange, ...(exclude.length && { exclude }) };
  checkScheme("zsq", scheme);
  return scheme;
}

/** The scheme for a calibration that was made before. */
export const schemeFor = (options: SchemeArguments, { calibrator }: Calibration): Scheme => schemeOf(options, calibrator);

/** Whether exportOnnx can write detectors of the scheme. */
export const isExportable = ({ weights, activations }: Scheme): boolean => activations.bits === 8 && !activations.narrow && weights.bits <= 8;

const CALIBRATORS: Readonly<Record<string, (bits: number, parameter?: number) => CalibratorSpec>> = {
  "min-max": () => minMax(),
  percentile: (_, p) => percentile(p),
  "histogram-percentile": (_, p) => histogramPercentile(p),
  "moving-average": (_, momentum) => movingAverage(momentum),
  entropy: (bits) => entropy(bits),
  mse: (bits) => meanSquaredError(bits),
  l2: (bits) => l2Search(bits),
};

/** A calibrator by its name, with its number after a colon: percentile:99.9. Throws if there is none of that name. */
export function parseCalibrator(text: string, precision: string): CalibratorSpec {
  const [name, parameter, ...rest] = text.split(":"), make = Object.hasOwn(CALIBRATORS, name) ? CALIBRATORS[name] : undefined, number = parameter === undefined ? undefined : Number(parameter);
  if (!make || rest.length || (parameter !== undefined && (parameter === "" || Number.isNaN(number)))) throw new UsageError(`invalid --calibrator: ${text}; expected one of ${Object.keys(CALIBRATORS).join(", ")}, some with a number as in percentile:99.9`);
  return make(Number(/A(\d+)$/.exec(precision)?.[1]), number);
}
