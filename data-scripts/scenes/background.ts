import { Random } from "zsq/dist/tensor/random";
import { Canvas } from "./canvas";
import { clamp, Colour, scale } from "./colour";
import { smoothNoise } from "./noise";
import { Paint } from "./paint";
import { HEIGHT, WIDTH } from "./types";

const BEHIND = { mark: false };

/** Draws sky, ground, the row of buildings and hedges on the horizon, and the road. */
export function background(canvas: Canvas, random: Random, horizon: number, paint: Paint): void {
  paint.fill(canvas.image, horizon, smoothNoise(random, 9, 11), smoothNoise(random, 48, 60));
  for (let x = random.uniform(-30, 0); x < WIDTH;) {
    const w = random.uniform(12, 50), h = random.uniform(0.1, 1.1) * horizon;
    if (random.uniform() < 0.8) building(canvas, random, x, w, h, horizon, paint);
    else hedge(canvas, random, x, w, h, horizon, paint);
    x += w * random.uniform(0.6, 1.2);
  }
  if (random.uniform() < 0.8) road(canvas, random, horizon, paint);
}

function building(canvas: Canvas, random: Random, x: number, w: number, h: number, horizon: number, paint: Paint): void {
  canvas.box(x, horizon - h, x + w, horizon + 2, paint.building(random), 0, BEHIND);
  if (random.uniform() >= 0.75) return;
  const dark = paint.part(random, "glass"), lit = paint.litWindow(dark), share = random.uniform() * 0.4;
  const stepX = random.uniform(4, 8), stepY = random.uniform(5, 9);
  for (let wy = horizon - h + 3; wy < horizon - 4; wy += stepY) {
    for (let wx = x + 2; wx < x + w - 3; wx += stepX) {
      canvas.box(wx, wy, wx + stepX * 0.5, wy + stepY * 0.55, random.uniform() > share ? dark : lit, 0, BEHIND);
    }
  }
}

function hedge(canvas: Canvas, random: Random, x: number, w: number, h: number, horizon: number, paint: Paint): void {
  const leaf = paint.part(random, "leaf");
  for (let i = 0; i < 6; i++) {
    const cx = x + random.uniform(0, w), cy = horizon - random.uniform(0, 0.5) * h;
    canvas.ellipse(cx, cy, random.uniform(4, 10), random.uniform(3, 9), clamp(scale(leaf, random.uniform(0.8, 1.2))), BEHIND);
  }
}

// a trapezoid towards a vanishing point, with up to three rows of dashes
function road(canvas: Canvas, random: Random, horizon: number, paint: Paint): void {
  const vanish = random.uniform(0.2, 0.8) * WIDTH, asphalt = paint.road(random);
  const ends = [random.uniform(-0.9, 1.9) * WIDTH, random.uniform(-0.9, 1.9) * WIDTH].sort((a, b) => a - b);
  canvas.polygon([[vanish - 1, horizon], [vanish + 1, horizon], [ends[1], HEIGHT + 2], [ends[0], HEIGHT + 2]], asphalt, { opacity: 0.8, mark: false });
  for (const u of [0, 0.5, 1]) {
    if (random.uniform() >= 0.6) continue;
    dashes(canvas, vanish, ends[0] + (ends[1] - ends[0]) * u, horizon, u === 0.5 ? 0.16 : 0.081, paint.marking(random, asphalt));
  }
}

function dashes(canvas: Canvas, vanish: number, end: number, horizon: number, step: number, colour: Colour): void {
  for (let t0 = 0.08; t0 < 1; t0 += step) {
    const t1 = t0 + 0.08, x0 = vanish + (end - vanish) * t0, x1 = vanish + (end - vanish) * t1;
    const y0 = horizon + (HEIGHT - horizon) * t0, y1 = horizon + (HEIGHT - horizon) * t1;
    canvas.polygon([[x0 - t0 * 1.2, y0], [x0 + t0 * 1.2, y0], [x1 + t1 * 1.2, y1], [x1 - t1 * 1.2, y1]], colour, { opacity: 0.7, mark: false });
  }
}
