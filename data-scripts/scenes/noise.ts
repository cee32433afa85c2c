import { Random } from "zsq/dist/tensor/random";
import { HEIGHT, WIDTH } from "./types";

/**
 * [HEIGHT, WIDTH] of smooth noise: a grid of `rows` x `columns` draws from N(0, 1), interpolated bilinearly.
 */
export function smoothNoise(random: Random, rows: number, columns: number): Float32Array {
  const knots = Float32Array.from({ length: rows * columns }, () => random.normal());
  const out = new Float32Array(WIDTH * HEIGHT), across = positions(WIDTH, columns), down = positions(HEIGHT, rows);
  for (let y = 0; y < HEIGHT; y++) {
    const top = Math.min(Math.floor(down[y]), rows - 2), fy = down[y] - top;
    for (let x = 0; x < WIDTH; x++) {
      const left = Math.min(Math.floor(across[x]), columns - 2), fx = across[x] - left, k = top * columns + left;
      const upper = knots[k] + fx * (knots[k + 1] - knots[k]);
      const lower = knots[k + columns] + fx * (knots[k + columns + 1] - knots[k + columns]);
      out[y * WIDTH + x] = upper + fy * (lower - upper);
    }
  }
  return out;
}

/** n draws from N(0, 1) as float32, through a table of 65,536 quantiles: two values from every 32 random bits. */
export function whiteNoise(random: Random, n: number): Float32Array {
  const out = new Float32Array(n), table = quantiles();
  for (let i = 0; i < n; i += 2) {
    const bits = random.uint32();
    out[i] = table[bits & 0xffff];
    if (i + 1 < n) out[i + 1] = table[bits >>> 16];
  }
  return out;
}

// n positions that run from 0 to knots - 1
function positions(n: number, knots: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => (i * (knots - 1)) / (n - 1));
}

let cached: Float32Array | undefined;
// the quantiles of N(0, 1) at (i + 1/2) / 65536
function quantiles(): Float32Array {
  cached ??= Float32Array.from({ length: 65536 }, (_, i) => (i < 32768 ? -upperQuantile((i + 0.5) / 65536) : upperQuantile((65535.5 - i) / 65536)));
  return cached;
}

// z with P(N(0, 1) > z) = p, for p <= 1/2; absolute error below 4.5e-4 (Abramowitz and Stegun, 26.2.23)
function upperQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
