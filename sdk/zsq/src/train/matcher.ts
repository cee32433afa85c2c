/** What each anchor should say: the number of its ground-truth box, or one of these. */
export const BACKGROUND = -1;
/** neither object nor background: counts in no loss */
export const IGNORED = -2;

/**
 * Assigns anchors to ground-truth boxes by intersection over union: at least 0.5 -> that box, below 0.4 -> background,
 * between -> ignored; and every box keeps the anchors that overlap it most, however little.
 *
 * - **anchors** – [a, 4], **boxes** – [g, 4]: x1, y1, x2, y2 in pixels
 *
 * Returns int32 [a]. Source: torchvision's Matcher(0.5, 0.4, allow_low_quality_matches=True).
 */
export function matchAnchors(anchors: Float32Array, boxes: Float32Array): Int32Array {
  const [count, boxCount] = [anchors.length / 4, boxes.length / 4];
  const matched = new Int32Array(count).fill(BACKGROUND);
  const best = new Float32Array(count); // the anchor's largest overlap and the box it is with
  const bestBox = new Int32Array(count);
  const overlaps = new Float32Array(count);
  const rescued: [box: number, anchors: number[]][] = [];
  for (let g = 0; g < boxCount; g++) {
    overlapsWithBox(anchors, boxes, g, overlaps);
    let largest = 0;
    for (let a = 0; a < count; a++) {
      if (overlaps[a] > largest) largest = overlaps[a];
      if (overlaps[a] > best[a]) {
        best[a] = overlaps[a];
        bestBox[a] = g;
      }
    }
    if (largest > 0) rescued.push([g, indicesOf(overlaps, largest)]);
  }
  for (let a = 0; a < count; a++) {
    if (best[a] >= 0.5) matched[a] = bestBox[a];
    else if (best[a] >= 0.4) matched[a] = IGNORED;
  }
  // as torchvision: a rescued anchor goes to the box that it overlaps most itself
  for (const [, chosen] of rescued) for (const a of chosen) matched[a] = bestBox[a];
  return matched;
}

function overlapsWithBox(anchors: Float32Array, boxes: Float32Array, g: number, out: Float32Array): void {
  const x1 = boxes[4 * g], y1 = boxes[4 * g + 1], x2 = boxes[4 * g + 2], y2 = boxes[4 * g + 3];
  const area = (x2 - x1) * (y2 - y1);
  for (let a = 0, k = 0; k < anchors.length; a++, k += 4) {
    const w = Math.min(anchors[k + 2], x2) - Math.max(anchors[k], x1);
    const h = Math.min(anchors[k + 3], y2) - Math.max(anchors[k + 1], y1);
    if (w <= 0 || h <= 0) {
      out[a] = 0;
      continue;
    }
    const both = w * h;
    out[a] = both / ((anchors[k + 2] - anchors[k]) * (anchors[k + 3] - anchors[k + 1]) + area - both);
  }
}

function indicesOf(values: Float32Array, value: number): number[] {
  const indices: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] === value) indices.push(i);
  return indices;
}
