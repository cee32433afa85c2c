import { Random } from "zsq/dist/tensor/random";
import { Canvas } from "./canvas";
import { scale } from "./colour";
import { Paint } from "./paint";

/** Draws one thing that is not to be detected; (x, y) is where it meets the ground, s pixels per metre there. */
export type Clutter = (canvas: Canvas, random: Random, x: number, y: number, s: number, paint: Paint) => void;

/** A trunk under four to eight clumps of leaves. */
export const tree: Clutter = (canvas, random, x, y, s, paint) => {
  const h = random.uniform(3, 6) * s, leaf = paint.part(random, "leaf"), clumps = random.integer(4, 9);
  canvas.stroke([x, y], [x + random.uniform(-0.1, 0.1) * h, y - 0.6 * h], Math.max(0.09 * s, 0.6), paint.part(random, "bark"));
  for (let i = 0; i < clumps; i++) {
    const cx = x + random.uniform(-0.25, 0.25) * h, cy = y - random.uniform(0.5, 1.05) * h;
    canvas.ellipse(cx, cy, random.uniform(0.1, 0.22) * h, random.uniform(0.1, 0.2) * h, scale(leaf, random.uniform(0.8, 1.2)));
  }
};

/** A pole with a round sign, a lamp on an arm, or a box. */
export const pole: Clutter = (canvas, random, x, y, s, paint) => {
  const top = y - random.uniform(2.5, 6) * s, metal = paint.part(random, "metal"), kind = random.integer(0, 3);
  canvas.stroke([x, y], [x, top], Math.max(0.06 * s, 0.45), metal);
  if (kind === 0) canvas.ellipse(x, top, 0.35 * s, 0.35 * s, paint.part(random, "sign"));
  else if (kind === 2) canvas.box(x - 0.2 * s, top, x + 0.2 * s, top + 0.7 * s, paint.part(random, "sign"), 0.05 * s);
  else {
    const end = x + random.choice([-1, 1]) * 0.9 * s;
    canvas.stroke([x, top], [end, top - 0.1 * s], Math.max(0.07 * s, 0.5), metal);
    canvas.ellipse(end, top - 0.02 * s, 0.2 * s, 0.12 * s, paint.part(random, "lampglow"));
  }
};

/** A waste bin with a lid. */
export const bin: Clutter = (canvas, random, x, y, s, paint) => {
  const w = random.uniform(0.4, 0.8) * s, h = random.uniform(0.7, 1.3) * s;
  canvas.box(x - w / 2, y - h, x + w / 2, y, paint.part(random, "box"), 0.05 * s);
  canvas.box(x - w * 0.55, y - h - 0.06 * s, x + w * 0.55, y - h + 0.08 * s, paint.part(random, "metal"));
};

/** One to three bollards in a row. */
export const bollard: Clutter = (canvas, random, x, y, s, paint) => {
  const n = random.integer(1, 4), h = random.uniform(0.6, 1.5) * s;
  for (let i = 0; i < n; i++) {
    const cx = x + i * 0.9 * s;
    canvas.stroke([cx, y], [cx, y - h], Math.max(0.1 * s, 0.6), paint.part(random, "metal"));
    canvas.ellipse(cx, y - h, 0.14 * s, 0.14 * s, paint.part(random, "sign"));
  }
};

/** A fence of three rails and a bar every 35 cm. */
export const fence: Clutter = (canvas, random, x, y, s, paint) => {
  const length = random.uniform(2, 5) * s, h = random.uniform(0.8, 1.2) * s, metal = paint.part(random, "metal");
  const bars = Math.max(Math.floor(length / s / 0.35), 3);
  for (const u of [0.05, 0.5, 0.95]) canvas.stroke([x - length / 2, y - h * u], [x + length / 2, y - h * u], Math.max(0.03 * s, 0.4), metal);
  for (let i = 0; i < bars; i++) {
    const cx = x + (i / (bars - 1) - 0.5) * length;
    canvas.stroke([cx, y], [cx, y - h], Math.max(0.03 * s, 0.38), metal);
  }
};

/** A stall with a window. */
export const kiosk: Clutter = (canvas, random, x, y, s, paint) => {
  const w = random.uniform(1.5, 3.5) * s, h = random.uniform(1.6, 2.6) * s, wall = paint.part(random, "box");
  canvas.box(x - w / 2, y - h, x + w / 2, y, wall);
  canvas.box(x - w * 0.4, y - h * 0.8, x + w * 0.4, y - h * 0.45, paint.part(random, "glass"));
  canvas.box(x - w * 0.54, y - h * 1.04, x + w * 0.54, y - h * 0.92, scale(wall, 0.75));
};

/** All kinds; poles are twice as likely as the others. */
export const CLUTTER: readonly Clutter[] = [tree, pole, pole, bin, bollard, fence, kiosk];
