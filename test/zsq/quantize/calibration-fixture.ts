import { readFixture } from "../../helpers/fixture";

// Reference figures of numpy; the data are drawn again as fixtures/zsq/quantize/generate.py says.

export interface AffineReference { min: number; max: number; scale: number; zero_point: number; probe: number[]; q: number[]; dequant: number[] }

export interface CalibrationCase {
  id: string;
  family: keyof typeof families;
  seed: number;
  sizes: number[];
  scales: number[];
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

const families = {
  relu_gauss: (g: number) => (g > 0 ? g * 2 : 0),
  signed_gauss: (g: number) => g * 1.5 + 0.25,
  heavy_tail: (g: number, u: number) => (g * g * g) / (u + 0.015625),
  mostly_zero: (g: number, u: number) => (u < 0.9 ? 0 : g * g * 3),
  uniform06: (_: number, u: number) => u * 6,
  relu6_clip: (g: number) => Math.min(Math.max(g * 8, 0), 6),
  outliers: (g: number, u: number) => (u < 0.00003 ? g * 60 : g),
  leaky: (g: number) => (g > 0 ? g * 4 : g * 0.1),
  neg_only: (g: number) => -1 - Math.abs(g),
  pos_far: (g: number) => 10 + g,
  tiny: (g: number) => g * 1e-6,
  constant: (g: number) => g * 0 + 3.5,
  all_zero: (g: number) => g * 0,
};

/** The data of a case, one array per batch. */
export function batchesOf({ family, seed, sizes, scales }: CalibrationCase): Float32Array[] {
  let state = seed;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  return sizes.map((n, batch) => Float32Array.from({ length: n }, () => {
    const g = (draw() + draw() + draw() + draw() - 2 ** 25) / 2 ** 24;
    return families[family](g, draw() / 2 ** 24) * scales[batch];
  }));
}
