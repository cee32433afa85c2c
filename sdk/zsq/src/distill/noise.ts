import { Random, normals } from "../tensor/random";

/** What an image starts from. */
export type StartNoise = "normal" | "zeroq-classification" | "zeroq-detection";

/**
 * The noise an image of `size` values starts from, which depends on seed and image number alone.
 *
 * - "normal": N(0, 1)
 * - "zeroq-classification": (r - 127.5) / 5418.75 and "zeroq-detection": (r - 128) / 5418.75, r uniform in 0 .. 254: nearly
 *   constant, with deviation 0.0136, for ZeroQ divides by a variance where it means the deviation
 */
export function startNoise(start: StartNoise, seed: number, image: number, size: number): Float32Array {
  if (start === "normal") return normals(seed, image, size);
  const random = new Random(seed, image), middle = start === "zeroq-detection" ? 128 : 127.5;
  return Float32Array.from({ length: size }, () => (random.integer(0, 255) - middle) / 5418.75);
}
