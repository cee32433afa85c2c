import { Random } from "zsq/dist/tensor/random";
import { clamp, Colour } from "./colour";
import { Paint, Part } from "./paint";
import { HEIGHT, WIDTH } from "./types";

// radiometric level above the ground, uniform in [low, high]
const ABOVE_GROUND: Partial<Record<Part, readonly [number, number]>> = {
  bag: [-0.08, 0.12], body: [-0.16, 0.18], glass: [-0.2, 0.1], tyre: [-0.04, 0.3], hub: [-0.1, 0.2], engine: [0.15, 0.5], under: [-0.05, 0.35],
  lamp: [-0.1, 0.3], tail: [-0.1, 0.3], lampglow: [0, 0.5], frame: [-0.2, 0.12], saddle: [-0.2, 0.12],
  sign: [-0.2, 0.15], leaf: [-0.1, 0.1], bark: [-0.06, 0.12], metal: [-0.18, 0.15], box: [-0.15, 0.3],
};
// level between the ground (0) and the skin (1), uniform in [low, high]
const TOWARDS_SKIN: Partial<Record<Part, readonly [number, number]>> = { shirt: [0.35, 0.95], pants: [0.25, 0.8], hair: [0.4, 0.8] };

/** Levels of a long-wave infrared camera: cool ground, cold sky and glass, hot skin, engines that run in two cars of three. */
export function thermalPaint(place: Random): Paint {
  const ground = place.uniform(0.18, 0.5), skin = ground + place.uniform(0.22, 0.5), sky = place.uniform(0, 0.8) * ground;
  const near = (random: Random, low: number, high: number): Colour => clamp([ground + random.uniform(low, high)]);
  return {
    channels: 1, shadows: false,
    part: (random, name) => {
      const above = ABOVE_GROUND[name], towards = TOWARDS_SKIN[name];
      if (above) return near(random, above[0], above[1]);
      if (towards) return clamp([ground + (skin - ground) * random.uniform(towards[0], towards[1])]);
      return clamp([skin + random.uniform(-0.03, 0.05)]);
    },
    engineOpacity: (random) => random.choice([0, 0.6, 1]),
    warmGround: (random) => (random.uniform() < 0.4 ? [ground + 0.15] : undefined),
    building: (random) => near(random, -0.12, 0.16),
    litWindow: (dark) => clamp([dark[0] + 0.2]),
    road: (random) => near(random, -0.05, 0.1),
    marking: (random, road) => clamp([road[0] + random.uniform(-0.06, 0.08)]),
    fill: (image, horizon, tex, fine) => fill(image, horizon, sky, ground, tex, fine),
  };
}

function fill(image: Float32Array, horizon: number, sky: number, ground: number, tex: Float32Array, fine: Float32Array): void {
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const y = Math.floor(i / WIDTH) + 0.5;
    image[i] = y < horizon
      ? sky + (ground - sky) * 0.5 * (1 - (horizon - y) / horizon) + 0.012 * tex[i]
      : ground * (1 + (0.12 * (y - horizon)) / (HEIGHT - horizon)) + 0.03 * tex[i] + 0.012 * fine[i];
  }
}
