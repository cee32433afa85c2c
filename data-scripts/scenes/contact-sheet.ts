import sharp from "sharp";
import { drawScene } from "./scene";
import { Domain, HEIGHT, Scene, Split, WIDTH } from "./types";

const COLOURS: Record<number, readonly number[]> = { 1: [255, 48, 48], 2: [0, 230, 0], 3: [40, 140, 255] };

/** What a contact sheet shows. */
export interface ContactSheetOptions {
  seed?: number;
  /** the domains from top to bottom, each with the same number of rows */
  domains?: readonly Domain[];
  split?: Split;
  columns?: number;
  /** rows in all */
  rows?: number;
  /** number of the first image of each domain */
  first?: number;
  /** whole number of pixels per pixel */
  zoom?: number;
  /** the colours of the file, 2 to 256; full colour if left out */
  colours?: number;
}

/** Draws a grid of images with their boxes (person red, car green, bicycle blue) and returns it as a PNG file. */
export async function contactSheet({ seed = 1, domains = ["visible", "thermal"], split = "val", columns = 6, rows = 4, first = 0, zoom = 1, colours }: ContactSheetOptions = {}): Promise<Buffer> {
  const width = columns * WIDTH, pixels = new Uint8Array(width * rows * HEIGHT * 3), perDomain = rows / domains.length;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const domain = domains[Math.floor(row / perDomain)], index = first + (row % perDomain) * columns + column;
      const scene = drawScene({ seed, domain, split, index });
      copy(withBoxes(scene), pixels, (row * HEIGHT * width + column * WIDTH) * 3, width * 3);
    }
  }
  const sheet = sharp(pixels, { raw: { width, height: rows * HEIGHT, channels: 3 } }).resize({ width: width * zoom, kernel: "nearest" });
  return sheet.png(colours ? { compressionLevel: 9, palette: true, colours, dither: 0 } : { compressionLevel: 9 }).toBuffer();
}

/** The pixels of a scene as [HEIGHT, WIDTH, 3] with the outlines of its boxes drawn onto them. */
export function withBoxes({ pixels, channels, boxes, labels }: Scene): Uint8Array {
  const out = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < out.length; i++) out[i] = channels === 3 ? pixels[i] : pixels[Math.floor(i / 3)];
  const dot = (x: number, y: number, label: number): void => out.set(COLOURS[label], (y * WIDTH + x) * 3);
  boxes.forEach(([x, y, w, h], i) => {
    for (let k = 0; k < w; k++) { dot(x + k, y, labels[i]); dot(x + k, y + h - 1, labels[i]); }
    for (let k = 0; k < h; k++) { dot(x, y + k, labels[i]); dot(x + w - 1, y + k, labels[i]); }
  });
  return out;
}

function copy(image: Uint8Array, sheet: Uint8Array, at: number, pitch: number): void {
  for (let y = 0; y < HEIGHT; y++) sheet.set(image.subarray(y * WIDTH * 3, (y + 1) * WIDTH * 3), at + y * pitch);
}
