/** How many images a method makes, and from what. */
export interface SynthesizeOptions {
  /** number of images */
  images: number;
  /** [height, width] in pixels, multiples of 32 */
  imageShape: readonly [number, number];
  /** steps on the images, or on the generator that makes them; a recipe that is published for fewer takes its own number */
  iterations: number;
  seed: number;
  /** images that run together; where a loss looks at the batch it is part of the method. Default 16 */
  batchSize?: number;
  /** called after each step with the share that is done, in [0, 1] */
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

/** Images that a method has made, as the detector sees them (normalized), without a tensor. */
export interface SyntheticImages {
  /** [n, h, w, 3] */
  images: Float32Array;
  shape: [number, number, number, number];
  /** loss before each step, of the first batch */
  history: number[];
}

/** Throws a RangeError that names the first option that makes no sense. */
export function checkSynthesis(where: string, { images, imageShape, iterations, seed, batchSize = 16 }: SynthesizeOptions): void {
  const whole = (name: string, value: number, low: number): void => {
    if (!Number.isSafeInteger(value) || value < low) throw new RangeError(`${where}: invalid ${name}: ${value}; expected an integer >= ${low}`);
  };
  whole("images", images, 1);
  whole("iterations", iterations, 0);
  whole("batchSize", batchSize, 1);
  whole("seed", seed, 0);
  for (const side of imageShape) if (!Number.isInteger(side) || side < 32 || side % 32) throw new RangeError(`${where}: invalid imageShape: ${side}; expected multiples of 32`);
}
