import type { Detector, Predictor } from "../nn/detector";
import type { BitsRow } from "../plot/bits-figure";
import type { Calibration } from "../quantize/calibrate";
import { quantizeDetector } from "../quantize/quantized-detector";
import { scheme, type SchemeOptions } from "../quantize/scheme";

/**
 * A detector's figure of merit with so many bits for activations, weights staying at 8, and the other way round.
 *
 * - **evaluate** – of a detector, such as its mAP
 *
 * Returns a row for each side and width, in hundredths (of mAP: percent). Nothing given is disposed.
 */
export async function bitsSweep(detector: Detector, calibration: Calibration, evaluate: (predictor: Predictor) => Promise<number>, bits: readonly number[], options: SchemeOptions = {}): Promise<BitsRow[]> {
  const rows: BitsRow[] = [];
  for (const [method, precision] of [["activations, weights at 8 bits", (k: number): string => `W8A${k}`], ["weights, activations at 8 bits", (k: number): string => `W${k}A8`]] as const) {
    for (const width of bits) {
      const quantized = quantizeDetector(detector, calibration, scheme(precision(width), options));
      try {
        rows.push({ method, bits: width, value: 100 * (await evaluate(quantized)) });
      } finally {
        quantized.dispose();
      }
    }
  }
  return rows;
}
