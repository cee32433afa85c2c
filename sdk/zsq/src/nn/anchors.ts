import { roundHalfToEven } from "../tensor/round";
import type { AnchorConfig } from "./config";

/**
 * Anchor boxes of one image as x1, y1, x2, y2 in pixels, float32, length 4 * anchors; order: level, row, column, ratio,
 * size, as the head outputs.
 *
 * - **imageShape** – [height, width] of the (padded) image
 * - **levelShapes** – [height, width] of each level's feature map
 *
 * Source: torchvision's AnchorGenerator: boxes rounded to whole pixels (half to even) around 0, moved by whole strides.
 *
 * @example anchorBoxes({ sizes: [[32]], ratios: [1] }, [64, 64], [[2, 2]]).slice(4, 8) // [16, -16, 48, 16]
 */
export function anchorBoxes(config: AnchorConfig, imageShape: readonly [number, number], levelShapes: readonly (readonly [number, number])[]): Float32Array {
  if (levelShapes.length !== config.sizes.length) {
    throw new RangeError(`anchorBoxes: invalid number of levels: ${levelShapes.length}; expected ${config.sizes.length}, one for each entry of sizes`);
  }
  const perPosition = config.sizes[0].length * config.ratios.length;
  const boxes = new Float32Array(4 * perPosition * levelShapes.reduce((sum, [h, w]) => sum + h * w, 0));
  let at = 0;
  levelShapes.forEach(([rows, columns], level) => {
    const cell = cellAnchors(config.sizes[level], config.ratios);
    const [strideY, strideX] = [Math.floor(imageShape[0] / rows), Math.floor(imageShape[1] / columns)];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let k = 0; k < cell.length; k++) boxes[at++] = cell[k] + (k % 2 ? row * strideY : column * strideX);
      }
    }
  });
  return boxes;
}

// the anchors around (0, 0), ratio-major
function cellAnchors(sizes: readonly number[], ratios: readonly number[]): number[] {
  return ratios.flatMap((ratio) => {
    const heightRatio = Math.fround(Math.sqrt(ratio));
    const widthRatio = Math.fround(1 / heightRatio);
    return sizes.flatMap((size) => {
      const [x, y] = [roundHalfToEven(Math.fround(widthRatio * size) / 2), roundHalfToEven(Math.fround(heightRatio * size) / 2)];
      return [-x, -y, x, y];
    });
  });
}
