import { Colour } from "./colour";
import { HEIGHT, WIDTH } from "./types";

/** How a shape is applied. */
export interface Ink {
  /** share of the new colour, 0 to 1; default 1 */
  opacity?: number;
  /** whether the shape takes over the pixels in the id buffer; default true */
  mark?: boolean;
  /** width of the edge in pixels; default 1, larger for shadows */
  softness?: number;
}

/** A point [x, y] in pixels; pixel (0, 0) has its centre at [0.5, 0.5]. */
export type Point = readonly [number, number];

// signed distance of (x, y) to the outline, in pixels, negative inside
type Distance = (x: number, y: number) => number;

/**
 * A float image with an id buffer, onto which anti-aliased shapes are painted, far ones first.
 *
 * Every pixel that a shape covers by more than a third gets the id of the object being drawn
 * (`current`; 0 is the background), so that the visible extent of each object can be read off at the end.
 */
export class Canvas {
  /** [HEIGHT, WIDTH, channels] */
  readonly image: Float32Array;
  /** [HEIGHT, WIDTH] */
  readonly ids = new Uint8Array(WIDTH * HEIGHT);
  /** id of the object being drawn */
  current = 0;

  constructor(readonly channels: 1 | 3) {
    this.image = new Float32Array(WIDTH * HEIGHT * channels);
  }

  ellipse(cx: number, cy: number, rx: number, ry: number, colour: Colour, ink?: Ink): void {
    const small = Math.min(rx, ry);
    this.paint([cx - rx, cy - ry, cx + rx, cy + ry], (x, y) => (radius((x - cx) / rx, (y - cy) / ry) - 1) * small, colour, ink);
  }

  /** The outline of an ellipse, 2 * `half` pixels wide. */
  ring(cx: number, cy: number, rx: number, ry: number, half: number, colour: Colour, ink?: Ink): void {
    const small = Math.min(rx, ry);
    const distance = (x: number, y: number): number => Math.abs(radius((x - cx) / rx, (y - cy) / ry) - 1) * small - half;
    this.paint([cx - rx - half, cy - ry - half, cx + rx + half, cy + ry + half], distance, colour, ink);
  }

  /** A straight stroke with round ends, 2 * `half` pixels wide. */
  stroke([ax, ay]: Point, [bx, by]: Point, half: number, colour: Colour, ink?: Ink): void {
    const dx = bx - ax, dy = by - ay, squared = dx * dx + dy * dy + 1e-6;
    const distance = (x: number, y: number): number => {
      const t = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / squared, 0), 1);
      return radius(x - ax - t * dx, y - ay - t * dy) - half;
    };
    this.paint([Math.min(ax, bx) - half, Math.min(ay, by) - half, Math.max(ax, bx) + half, Math.max(ay, by) + half], distance, colour, ink);
  }

  /** An upright rectangle with corners rounded by `round` pixels. */
  box(x0: number, y0: number, x1: number, y1: number, colour: Colour, round = 0, ink?: Ink): void {
    const cx = (x0 + x1) / 2, cy = (y0 + y1) / 2, hx = (x1 - x0) / 2 - round, hy = (y1 - y0) / 2 - round;
    const distance = (x: number, y: number): number => {
      const qx = Math.abs(x - cx) - hx, qy = Math.abs(y - cy) - hy;
      return radius(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0) - round;
    };
    this.paint([x0, y0, x1, y1], distance, colour, ink);
  }

  /** A convex polygon, in either orientation. */
  polygon(points: readonly Point[], colour: Colour, ink?: Ink): void {
    const n = points.length, next = (i: number): Point => points[(i + 1) % n];
    const sign = points.reduce((sum, p, i) => sum + p[0] * next(i)[1] - next(i)[0] * p[1], 0) > 0 ? 1 : -1;
    const edges = points.map((p, i) => {
      const ex = next(i)[0] - p[0], ey = next(i)[1] - p[1], length = (radius(ex, ey) + 1e-6) * sign;
      return [p[0], p[1], ex / length, ey / length];
    });
    const distance = (x: number, y: number): number => {
      let worst = -Infinity;
      for (const [ax, ay, ex, ey] of edges) worst = Math.max(worst, (x - ax) * ey - (y - ay) * ex);
      return worst;
    };
    const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
    this.paint([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], distance, colour, ink);
  }

  /** The number of pixels that belong to the object being drawn. */
  countCurrent(): number {
    let count = 0;
    for (let i = 0; i < this.ids.length; i++) if (this.ids[i] === this.current) count++;
    return count;
  }

  private paint(bounds: readonly number[], distance: Distance, colour: Colour, { opacity = 1, mark = true, softness = 1 }: Ink = {}): void {
    const { image, ids, channels, current } = this, grow = softness / 2 - 0.5;
    const x0 = Math.max(Math.floor(bounds[0] - grow) - 1, 0), x1 = Math.min(Math.ceil(bounds[2] + grow) + 2, WIDTH);
    const y0 = Math.max(Math.floor(bounds[1] - grow) - 1, 0), y1 = Math.min(Math.ceil(bounds[3] + grow) + 2, HEIGHT);
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const cover = 0.5 - distance(x + 0.5, y + 0.5) / softness;
        if (cover <= 0) continue;
        const alpha = (cover < 1 ? cover : 1) * opacity, pixel = y * WIDTH + x;
        for (let c = 0, at = pixel * channels; c < channels; c++, at++) image[at] += alpha * (colour[c] - image[at]);
        if (mark && alpha > 0.33) ids[pixel] = current;
      }
    }
  }
}

function radius(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
