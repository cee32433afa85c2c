import { Random } from "zsq/dist/tensor/random";
import { Canvas, Point } from "./canvas";
import { Paint } from "./paint";

/**
 * Draws a bicycle seen from the side or at an angle.
 *
 * - **x**, **y** – where it meets the ground, in pixels
 * - **s** – pixels per metre there
 *
 * Returns the top of its saddle post, where a rider sits.
 */
export function bicycle(canvas: Canvas, random: Random, x: number, y: number, s: number, paint: Paint): Point {
  const r = random.uniform(0.31, 0.37) * s, turn = random.uniform(0.45, 1), base = 0.52 * s * turn, ahead = random.uniform() < 0.5 ? 1 : -1;
  const frame = paint.part(random, "frame"), tyre = paint.part(random, "tyre"), tube = Math.max(0.035 * s, 0.42);
  for (const side of [-1, 1]) canvas.ring(x + side * base, y - r, r * turn, r, tube, tyre);
  const rear: Point = [x - ahead * base, y - r], front: Point = [x + ahead * base, y - r], crank: Point = [x - ahead * 0.08 * s * turn, y - r];
  const seat: Point = [x - ahead * 0.2 * s * turn, y - 2.35 * r], head: Point = [x + ahead * 0.38 * s * turn, y - 2.5 * r];
  const tubes: [Point, Point][] = [[rear, crank], [rear, seat], [crank, seat], [crank, head], [seat, head], [front, head]];
  for (const [from, to] of tubes) canvas.stroke(from, to, tube, frame);
  const saddle = paint.part(random, "saddle"), grip = paint.part(random, "saddle"), bar = head[1] - 0.22 * s;
  canvas.stroke([seat[0] - 0.1 * s * turn, seat[1] - 0.06 * s], [seat[0] + 0.1 * s * turn, seat[1] - 0.06 * s], Math.max(0.04 * s, 0.5), saddle);
  canvas.stroke(head, [head[0] - ahead * 0.02 * s, bar], tube, frame);
  canvas.stroke([head[0] - 0.08 * s, bar], [head[0] + 0.1 * s, bar], tube, grip);
  return seat;
}
