import { Random } from "zsq/dist/tensor/random";
import { smoothNoise, whiteNoise } from "./noise";
import { HEIGHT, WIDTH } from "./types";

const PIXELS = WIDTH * HEIGHT;

/** What stays the same from frame to frame in a thermal camera. */
export interface ThermalSensor {
  /** [WIDTH] and [HEIGHT]: offsets of the columns and rows */
  columns: Float32Array;
  rows: Float32Array;
  /** loss of signal at the middle of the left and right edge, a share */
  vignetting: number;
}

/** Draws the fixed pattern and the vignetting of a thermal camera. */
export function thermalSensor(random: Random): ThermalSensor {
  const column = random.uniform(0.003, 0.012), row = random.uniform(0.001, 0.006), vignetting = random.uniform(0.03, 0.18);
  return { columns: whiteNoise(random, WIDTH).map((z) => z * column), rows: whiteNoise(random, HEIGHT).map((z) => z * row), vignetting };
}

/**
 * Photographs a visible image: a slight blur in three of ten frames, uneven light, noise, and a tone curve.
 *
 * - **image** – [HEIGHT, WIDTH, 3], changed in place
 *
 * Returns [HEIGHT, WIDTH, 3] of 8 bits.
 */
export function photograph(random: Random, noise: Random, image: Float32Array): Uint8Array {
  const isBlurred = random.uniform() < 0.3, light = smoothNoise(random, 4, 5), sigma = random.uniform(0.006, 0.035), gamma = random.uniform(0.8, 1.25);
  if (isBlurred) blur(image, 3, 3, WIDTH, WIDTH * 3, HEIGHT);
  const curve = Uint8Array.from({ length: 4096 }, (_, i) => Math.round((i / 4095) ** gamma * 255));
  const z = whiteNoise(noise, PIXELS * 3), out = new Uint8Array(PIXELS * 3);
  for (let i = 0; i < PIXELS; i++) {
    const gain = 1 + 0.06 * light[i];
    for (let k = i * 3; k < i * 3 + 3; k++) out[k] = curve[Math.round(unit(image[k] * gain + sigma * z[k]) * 4095)];
  }
  return out;
}

/**
 * Photographs a thermal image: the blur of the optics, vignetting, fixed pattern, noise, and automatic gain.
 *
 * - **image** – [HEIGHT, WIDTH] of radiometric levels, changed in place
 *
 * Returns [HEIGHT, WIDTH] of 8 bits.
 */
export function photographThermal(random: Random, noise: Random, image: Float32Array, sensor: ThermalSensor): Uint8Array {
  const sigma = random.uniform(0.008, 0.03), gain = random.uniform(0.85, 1.15), offset = random.uniform(-0.03, 0.05);
  blur(image, 1, WIDTH, HEIGHT, 1, WIDTH);
  blur(image, 1, 1, WIDTH, WIDTH, HEIGHT);
  const z = whiteNoise(noise, PIXELS), out = new Uint8Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const x = i % WIDTH, y = (i - x) / WIDTH, dx = (2 * x) / WIDTH - 1, dy = (2 * y) / HEIGHT - 1;
    const level = image[i] * (1 - sensor.vignetting * (dx * dx + dy * dy)) + sensor.columns[x] + sensor.rows[y] + sigma * z[i];
    out[i] = Math.round(unit(level * gain + offset) * 255);
  }
  return out;
}

// (1 2 1) / 4 along `n` pixels that are `step` apart, on each of `lines` lines that are `next` apart; the ends are repeated
function blur(image: Float32Array, channels: number, step: number, n: number, next: number, lines: number): void {
  for (let line = 0; line < lines; line++) {
    for (let c = 0; c < channels; c++) {
      let before = image[line * next + c];
      for (let i = 0, at = line * next + c; i < n; i++, at += step) {
        const here = image[at], after = i < n - 1 ? image[at + step] : here;
        image[at] = 0.25 * before + 0.5 * here + 0.25 * after;
        before = here;
      }
    }
  }
}

function unit(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
