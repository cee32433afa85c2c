import type { Pixels } from "../datasets/decode-image";

/**
 * How colourful an image is: the mean over its pixels of max(R, G, B) - min(R, G, B), in 0 .. 255; 0 for gray.
 *
 * - **pixels** – [height, width, 3], 0 to 255
 * - **pool** – side of the squares whose mean colours are looked at instead of pixels (default 1); what does not fill a
 *   square at the right and lower border is left out
 *
 * @example chroma(Uint8Array.of(10, 20, 50, 7, 7, 7), [1, 2]) // (40 + 0) / 2
 */
export function chroma(pixels: Pixels, [height, width]: readonly [number, number], pool = 1): number {
  if (pixels.length !== height * width * 3) throw new RangeError(`chroma: invalid number of pixels: ${pixels.length}; expected [${height},${width},3]`);
  const [rows, columns] = [Math.floor(height / pool), Math.floor(width / pool)];
  if (!(rows * columns >= 1)) throw new RangeError(`chroma: invalid pool: ${pool}; expected 1 to ${Math.min(height, width)}`);
  let sum = 0;
  const colour = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      colour.fill(0);
      for (let y = row * pool; y < (row + 1) * pool; y++) {
        for (let at = 3 * (y * width + column * pool), end = at + 3 * pool; at < end; at++) colour[at % 3] += pixels[at];
      }
      sum += (Math.max(...colour) - Math.min(...colour)) / (pool * pool);
    }
  }
  return sum / (rows * columns);
}
