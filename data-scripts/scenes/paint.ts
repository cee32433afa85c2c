import { Random } from "zsq/dist/tensor/random";
import { Colour } from "./colour";

/** The parts of objects and clutter that have a colour of their own. */
export type Part =
  | "skin" | "hair" | "shirt" | "pants" | "bag"
  | "body" | "glass" | "tyre" | "hub" | "under" | "engine" | "lamp" | "tail"
  | "frame" | "saddle"
  | "bark" | "leaf" | "metal" | "sign" | "lampglow" | "box";

/** What a domain knows about a place: one set of colours, drawn anew at every call. */
export interface Paint {
  readonly channels: 1 | 3;
  /** a colour for a part of an object */
  part(random: Random, name: Part): Colour;
  /** how much of a car's engine shows, 0 to 1 */
  engineOpacity(random: Random): number;
  /** whether objects darken the ground under them */
  readonly shadows: boolean;
  /** the warm ground under a car that stands for long, if any */
  warmGround(random: Random): Colour | undefined;
  building(random: Random): Colour;
  /** a window that is lit or heated, from the colour of a dark one */
  litWindow(dark: Colour): Colour;
  road(random: Random): Colour;
  marking(random: Random, road: Colour): Colour;
  /** fills sky and ground; `tex` and `fine` are [HEIGHT, WIDTH] of smooth noise, `horizon` a row */
  fill(image: Float32Array, horizon: number, tex: Float32Array, fine: Float32Array): void;
}
