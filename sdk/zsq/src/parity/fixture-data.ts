/** How the data of a calibration fixture are drawn: by a linear congruential generator, then only + - * / and comparisons. */
export interface FixtureData {
  family: string;
  seed: number;
  /** values per batch */
  sizes: readonly number[];
  /** factor of each batch */
  scales: readonly number[];
}

const FAMILIES: Readonly<Record<string, (g: number, u: number) => number>> = {
  relu_gauss: (g) => (g > 0 ? g * 2 : 0),
  signed_gauss: (g) => g * 1.5 + 0.25,
  heavy_tail: (g, u) => (g * g * g) / (u + 0.015625),
  mostly_zero: (g, u) => (u < 0.9 ? 0 : g * g * 3),
  uniform06: (_, u) => u * 6,
  relu6_clip: (g) => Math.min(Math.max(g * 8, 0), 6),
  outliers: (g, u) => (u < 0.00003 ? g * 60 : g),
  leaky: (g) => (g > 0 ? g * 4 : g * 0.1),
  neg_only: (g) => -1 - Math.abs(g),
  pos_far: (g) => 10 + g,
  tiny: (g) => g * 1e-6,
  constant: () => 3.5,
  all_zero: () => 0,
};

/** The batches of a case. Throws if the family is unknown. */
export function fixtureBatches({ family, seed, sizes, scales }: FixtureData): Float32Array[] {
  const value = Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : undefined;
  if (!value) throw new Error(`calibrate: unknown family: ${family}; expected one of ${Object.keys(FAMILIES).join(", ")}`);
  let state = seed;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  return sizes.map((size, batch) => Float32Array.from({ length: size }, () => {
    const g = (draw() + draw() + draw() + draw() - 2 ** 25) / 2 ** 24;
    return value(g, draw() / 2 ** 24) * scales[batch];
  }));
}
