import { Random } from "zsq/dist/tensor/random";
import { CLUTTER, Clutter, kiosk } from "./clutter";
import { HEIGHT, WIDTH } from "./types";

/** Where the camera looks from. */
export interface Camera {
  /** row of the horizon, in pixels */
  horizon: number;
  /** height of the camera above the ground, in metres */
  height: number;
}

/** A kind of thing to be detected; a rider is a person on a bicycle. */
export type Kind = "person" | "car" | "bicycle" | "rider";

/** A thing that stands on the ground at (x, y), in pixels. */
export interface Item {
  kind: Kind | Clutter;
  x: number;
  y: number;
}

const KINDS: readonly Kind[] = ["person", "car", "bicycle", "rider"];
const NEAREST = 1.02 * HEIGHT; // the lowest row on which anything stands
const FARTHEST = 7; // pixels per metre of the farthest object
const KIOSK = 13; // pixels per metre of the nearest kiosk, which would hide the street otherwise

/** Pixels per metre of what stands on row `y`: with a level camera they are in proportion to the rows below the horizon. */
export function pixelsPerMetre({ horizon, height }: Camera, y: number): number {
  return (y - horizon) / height;
}

/** Places 1 to 6 objects (with companions up to 12) and 1 to 7 pieces of clutter, sorted from far to near. */
export function layout(random: Random, camera: Camera): Item[] {
  const items: Item[] = [], far = camera.horizon + FARTHEST * camera.height;
  for (let n = random.integer(1, 7); n > 0; n--) {
    const kind = random.choice(KINDS, [0.38, 0.32, 0.15, 0.15]);
    const y = far + (NEAREST - far) * random.uniform() ** 1.6, x = random.uniform(0.02, 0.98) * WIDTH, s = pixelsPerMetre(camera, y);
    items.push({ kind, x, y });
    if (kind === "person" && random.uniform() < 0.35) items.push({ kind, x: x + random.uniform(-0.8, 0.8) * s, y: y + random.uniform(-1, 1) });
    if (kind === "car" && random.uniform() < 0.3) {
      items.push({ kind, x: x + random.uniform(2.5, 4.5) * s * random.choice([-1, 1]), y: y + random.uniform(-2, 2) });
    }
  }
  for (let n = random.integer(1, 8); n > 0; n--) {
    const kind = random.choice(CLUTTER), x = random.uniform(0, 1) * WIDTH;
    const y = camera.horizon + 3 + (HEIGHT - camera.horizon) * random.uniform() ** 1.5;
    items.push({ kind, x, y: kind === kiosk ? Math.min(y, camera.horizon + KIOSK * camera.height) : y });
  }
  return items.sort((a, b) => a.y - b.y);
}
