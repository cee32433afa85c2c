import { readFileSync } from "node:fs";
import { z } from "zod";
import { writeFileAtomic } from "../weights/atomic-write";
import { parseJson } from "../weights/parse-json";
import { levelRange, type QParams } from "./affine";
import { Calibration } from "./calibrate";
import type { ActivationRange } from "./calibrators/observer";
import { checkCalibrator, type CalibratorSpec } from "./calibrators/spec";
import type { QuantizedDetector } from "./quantized-detector";

const qparams = z.strictObject({ bits: z.int().min(2).max(16), scale: z.number().positive(), zeroPoint: z.int(), narrow: z.literal(true).optional() });
const range = z.strictObject({ min: z.number(), max: z.number(), magnitude: z.number().nonnegative(), qparams: qparams.optional() })
  .refine(({ min, max }) => min <= max, { message: "expected min <= max" });
const schema = z.strictObject({
  format: z.literal(1),
  calibrator: z.looseObject({ method: z.string() }),
  images: z.int().nonnegative(),
  ranges: z.record(z.string(), range).refine((ranges) => Object.keys(ranges).length > 0, { message: "expected at least one range" }),
});

/** Writes a calibration as JSON: its calibrator, the number of images and the range of each tensor. */
export function writeCalibration(path: string, calibration: Calibration): void {
  const { calibrator, images } = calibration;
  writeFileAtomic(path, `${JSON.stringify({ format: 1, calibrator, images, ranges: Object.fromEntries(calibration) }, null, 1)}\n`);
}

/**
 * Reads a calibration back, exactly as it was. Throws one line that names the file and the place if it is missing or damaged.
 */
export function readCalibration(path: string): Calibration {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new Error(`readCalibration: missing file: ${path}; expected one that writeCalibration wrote`);
  }
  const { calibrator, images, ranges } = parseJson(schema, text, "readCalibration", path);
  checkCalibrator("readCalibration", calibrator as unknown as CalibratorSpec);
  return new Calibration(Object.entries(ranges), calibrator as unknown as CalibratorSpec, images);
}

/**
 * The scales of a quantized detector as a calibration: of each tensor the range from its lowest level to its highest, and
 * scale and zero point themselves. Quantizing with it gives exactly the same scales; at other bits, such as in another
 * scheme, the ranges count.
 */
export function calibrationOf({ inputQParams, scheme }: Pick<QuantizedDetector, "inputQParams" | "scheme">): Calibration {
  return new Calibration([...inputQParams].map(([key, qparams]) => [key, rangeOf(qparams)] as const), scheme.activations.calibrator, 0);
}

/** The range that the levels cover, with their scale and zero point. */
export function rangeOf(qparams: QParams): ActivationRange {
  const [lowest, highest] = levelRange(qparams), { scale, zeroPoint } = qparams;
  return { min: (lowest - zeroPoint) * scale, max: (highest - zeroPoint) * scale, magnitude: highest * scale, qparams };
}
