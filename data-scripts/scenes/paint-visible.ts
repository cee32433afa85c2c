import { Random } from "zsq/dist/tensor/random";
import { clamp, Colour, gray, hsv, scale } from "./colour";
import { Paint, Part } from "./paint";
import { HEIGHT, WIDTH } from "./types";

type Pick = (random: Random) => Colour;

const vivid: Pick = (r) => hsv(r.uniform(), r.uniform(0, 0.9) * (r.uniform() < 0.7 ? 1 : 0), r.uniform(0.08, 0.95));
const dull: Pick = (r) => hsv(r.uniform(), r.uniform(0, 0.5), r.uniform(0.05, 0.6));
const graySpan = (low: number, high: number): Pick => (r) => gray(r.uniform(low, high));
const tint = (colour: Colour, low: number, high: number): Pick => (r) => scale(colour, r.uniform(low, high));

// reflectances under white light
const PARTS: Record<Part, Pick> = {
  skin: tint([0.85, 0.65, 0.52], 0.45, 1.1), hair: tint([0.25, 0.17, 0.1], 0.2, 1.8),
  shirt: vivid, body: vivid, frame: vivid, sign: vivid, pants: dull, bag: dull, saddle: dull,
  glass: tint([0.25, 0.32, 0.38], 0.4, 1.6), tyre: graySpan(0.03, 0.15), hub: graySpan(0.2, 0.7),
  under: () => gray(0.08), engine: graySpan(0.1, 0.5), lamp: tint([1, 0.97, 0.85], 0.7, 1.2), tail: tint([0.8, 0.1, 0.08], 0.5, 1.2),
  bark: tint([0.32, 0.24, 0.17], 0.5, 1.3), leaf: (r) => hsv(r.uniform(0.18, 0.38), r.uniform(0.3, 0.8), r.uniform(0.15, 0.6)),
  metal: graySpan(0.15, 0.7), lampglow: tint([1, 0.95, 0.8], 0.5, 1.2), box: (r) => hsv(r.uniform(), r.uniform(0, 0.6), r.uniform(0.1, 0.8)),
};

/** Daylight to dusk: brightness .55 to 1.1, a colour cast of up to 12 %, reflectances of real materials. */
export function visiblePaint(place: Random): Paint {
  const ambient = place.uniform(0.55, 1.1), cast = [0, 1, 2].map(() => 1 + place.uniform(-0.12, 0.12));
  const light = (colour: Colour): Colour => clamp(colour.map((value, c) => value * ambient * cast[c]));
  const sky = scale(hsv(place.uniform(0.52, 0.64), place.uniform(0.05, 0.55), place.uniform(0.45, 1)), ambient);
  const ground = clamp(scale([0.42, 0.41, 0.4], place.uniform(0.5, 1.3) * ambient));
  return {
    channels: 3, shadows: true,
    part: (random, name) => light(PARTS[name](random)),
    engineOpacity: () => 0.25,
    warmGround: () => undefined,
    building: (random) => light(hsv(random.uniform(0, 0.15), random.uniform(0, 0.45), random.uniform(0.2, 0.85))),
    litWindow: (dark) => clamp(dark.map((value) => value + 0.35)),
    road: (random) => clamp(scale(ground, random.uniform(0.55, 1.25))),
    marking: () => clamp(gray(0.8 * ambient)),
    fill: (image, horizon, tex, fine) => fill(image, horizon, sky, ground, tex, fine),
  };
}

function fill(image: Float32Array, horizon: number, sky: Colour, ground: Colour, tex: Float32Array, fine: Float32Array): void {
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const y = Math.floor(i / WIDTH) + 0.5, above = y < horizon;
    const down = (y - horizon) / (HEIGHT - horizon);
    const shade = above ? 1.05 - (0.25 * (horizon - y)) / horizon : 0.85 + 0.3 * down;
    const grain = above ? 0.04 * tex[i] : 0.03 * tex[i] + 0.025 * fine[i] * (0.3 + down);
    const base = above ? sky : ground;
    for (let c = 0; c < 3; c++) image[i * 3 + c] = base[c] * shade + grain;
  }
}
