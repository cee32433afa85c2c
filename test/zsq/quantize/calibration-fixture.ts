import type { FixtureData } from "zsq/dist/parity/fixture-data";
import { readFixture } from "../../helpers/fixture";

// Reference figures of numpy; the data are drawn again as fixtures/zsq/quantize/generate.py says.

export interface AffineReference { min: number; max: number; scale: number; zero_point: number; probe: number[]; q: number[]; dequant: number[] }

export interface CalibrationCase extends FixtureData {
  id: string;
  check: { first: number[]; last: number; sum: number };
  min: number;
  max: number;
  /** percentile of |x| by percentile */
  magnitude: Record<string, number>;
  /** percentiles (100 - p) / 2 and 100 - (100 - p) / 2 of x by p */
  two_sided: Record<string, [number, number]>;
  affine_int8: { literal: AffineReference | null; with_zero: AffineReference | null };
}

export const calibrationCases = readFixture<{ cases: CalibrationCase[] }>("zsq", "quantize", "calibration.json").cases;
