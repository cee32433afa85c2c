import { Random } from "zsq/dist/tensor/random";
import { Canvas } from "./canvas";
import { scale } from "./colour";
import { Paint } from "./paint";

/**
 * Draws a person who stands, walks, or sits on a bicycle.
 *
 * - **x**, **y** – where the feet meet the ground, in pixels
 * - **s** – pixels per metre there
 */
export function person(canvas: Canvas, random: Random, x: number, y: number, s: number, paint: Paint, seated = false): void {
  const h = random.uniform(1.5, 1.9) * s, w = h * random.uniform(0.13, 0.19), stride = seated ? 0.8 : random.uniform(-1, 1);
  const hip = y - 0.47 * h, shoulder = y - 0.8 * h, lean = random.uniform(-0.03, 0.03) * h + (seated ? 0.07 * h : 0);
  const leg = Math.max(w * 0.28, 0.5), arm = Math.max(w * 0.2, 0.45);
  const pants = paint.part(random, "pants"), shirt = paint.part(random, "shirt"), skin = paint.part(random, "skin");
  for (const side of [-1, 1]) canvas.stroke([x + side * w * 0.15, hip], [x + side * stride * 0.13 * h, y - leg], leg, pants);
  canvas.stroke([x - w * 0.5 + lean, shoulder + 0.03 * h], [x - w * 0.7 - stride * 0.08 * h, hip], arm, shirt);
  canvas.box(x - w * 0.52 + lean * 0.5, shoulder - 0.02 * h, x + w * 0.52 + lean * 0.5, hip + 0.05 * h, shirt, w * 0.3);
  canvas.stroke([x + w * 0.5 + lean, shoulder + 0.03 * h], [x + w * 0.7 + stride * 0.08 * h, hip], arm, scale(shirt, 0.9));
  canvas.ellipse(x + lean, y - 0.91 * h, Math.max(0.055 * h, 0.8), Math.max(0.085 * h, 1), skin);
  if (random.uniform() < 0.6) canvas.ellipse(x + lean, y - 0.955 * h, Math.max(0.056 * h, 0.8), Math.max(0.05 * h, 0.7), paint.part(random, "hair"));
  if (random.uniform() < 0.25) canvas.box(x - w * 0.9, shoulder + 0.02 * h, x - w * 0.4, hip, paint.part(random, "bag"), w * 0.15);
}
