import { Random } from "zsq/dist/tensor/random";
import { Canvas, Point } from "./canvas";
import { scale } from "./colour";
import { Paint } from "./paint";

/**
 * Draws a car, from the side (three of five) or from its front or rear.
 *
 * - **x**, **y** – where it meets the ground, in pixels
 * - **s** – pixels per metre there
 */
export function car(canvas: Canvas, random: Random, x: number, y: number, s: number, paint: Paint): void {
  if (random.uniform() < 0.6) sideView(canvas, random, x, y, s, paint);
  else endView(canvas, random, x, y, s, paint);
}

function sideView(canvas: Canvas, random: Random, x: number, y: number, s: number, paint: Paint): void {
  const h = random.uniform(1.35, 1.9) * s, length = random.uniform(3.6, 4.8) * s, ahead = random.uniform() < 0.5 ? 1 : -1;
  const body = paint.part(random, "body"), glass = paint.part(random, "glass");
  const sill = y - 0.22 * h, waist = y - 0.58 * h, roof = y - h, trim = roof + 0.07 * h;
  const rear = random.uniform(0.12, 0.22), front = random.uniform(0.72, 0.95), pillar = (rear + front) / 2;
  const at = (u: number): number => x + ahead * (u - 0.5) * length; // u = 0 at the rear bumper, 1 at the front bumper
  const quad = (a: number, b: number, c: number, d: number, top: number): Point[] => [[at(a), waist], [at(b), top], [at(c), top], [at(d), waist]];
  canvas.polygon(quad(rear - 0.08, rear + 0.08, front - 0.14, front + 0.02, roof), scale(body, 0.95));
  canvas.polygon(quad(rear - 0.02, rear + 0.1, pillar - 0.04, pillar - 0.04, trim), glass);
  canvas.polygon(quad(pillar, pillar, front - 0.15, front - 0.03, trim), glass);
  canvas.box(x - length / 2, waist - 0.02 * h, x + length / 2, sill, body, 0.1 * h);
  const [hood0, hood1] = [at(0.8), at(0.97)].sort((a, b) => a - b);
  canvas.box(hood0, waist + 0.02 * h, hood1, sill - 0.06 * h, paint.part(random, "engine"), 0.06 * h, { opacity: paint.engineOpacity(random) });
  canvas.box(x - 0.48 * length, sill - 0.06 * h, x + 0.48 * length, sill + 0.05 * h, paint.part(random, "under"));
  const tyre = paint.part(random, "tyre"), hub = paint.part(random, "hub");
  for (const u of [0.2, 0.8]) {
    canvas.ellipse(at(u), y - 0.2 * h, 0.21 * h, 0.21 * h, tyre);
    canvas.ellipse(at(u), y - 0.2 * h, 0.11 * h, 0.11 * h, hub);
  }
  const lamp = Math.max(0.05 * h, 0.5);
  canvas.ellipse(at(0.985), waist + 0.12 * h, lamp, lamp, paint.part(random, "lamp"));
  canvas.ellipse(at(0.015), waist + 0.12 * h, lamp, lamp, paint.part(random, "tail"));
}

function endView(canvas: Canvas, random: Random, x: number, y: number, s: number, paint: Paint): void {
  const h = random.uniform(1.35, 1.9) * s, w = random.uniform(1.65, 1.95) * s, isRear = random.uniform() < 0.5;
  const body = paint.part(random, "body"), glass = paint.part(random, "glass"), tyre = paint.part(random, "tyre");
  const sill = y - 0.18 * h, waist = y - 0.58 * h, roof = y - h;
  const quad = (bottom: number, top: number, high: number): Point[] => [[x - w * bottom, waist], [x - w * top, high], [x + w * top, high], [x + w * bottom, waist]];
  for (const side of [-0.38, 0.38]) canvas.box(x + side * w - 0.1 * w, y - 0.3 * h, x + side * w + 0.1 * w, y, tyre, 0.03 * w);
  canvas.polygon(quad(0.46, 0.36, roof), scale(body, 0.95));
  canvas.polygon(quad(0.39, 0.31, roof + 0.06 * h), glass);
  canvas.box(x - w * 0.5, waist - 0.02 * h, x + w * 0.5, sill, body, 0.1 * w);
  const engine = paint.part(random, "engine"), opacity = paint.engineOpacity(random) * (isRear ? 0.4 : 1);
  canvas.box(x - w * 0.3, waist + 0.1 * h, x + w * 0.3, sill - 0.05 * h, engine, 0.05 * w, { opacity });
  canvas.box(x - w * 0.46, sill - 0.03 * h, x + w * 0.46, sill + 0.05 * h, paint.part(random, "under"));
  const lamp = paint.part(random, isRear ? "tail" : "lamp");
  for (const side of [-0.39, 0.39]) canvas.ellipse(x + side * w, waist + 0.14 * h, 0.08 * w, 0.06 * w, lamp);
}
