import { BACKGROUND, matchAnchors } from "./matcher";

/** Ground truth of one image: boxes x1, y1, x2, y2 in pixels [g, 4] and their class columns [g]. */
export interface ImageTargets {
  boxes: Float32Array;
  labels: Int32Array;
}

/** What the heads should say for a batch of n images with a anchors each and k classes. */
export interface BatchTargets {
  /** [n * a * k], 0 or 1 */
  classes: Float32Array;
  /** [n * a]: 1 / (n * objects of the image) where the anchor counts, else 0 */
  classWeights: Float32Array;
  /** indices into [n * a] of the anchors matched to a box, m of them */
  matched: Int32Array;
  /** [m, 4] those anchors, and [m, 4] their boxes */
  matchedAnchors: Float32Array;
  matchedBoxes: Float32Array;
  /** [m]: 1 / (n * matched anchors of the image) */
  boxWeights: Float32Array;
}

/**
 * Targets and weights of a batch. As in torchvision, each image's loss is divided by the number of its matched anchors
 * (at least 1), and the images are averaged.
 */
export function batchTargets(anchors: Float32Array, classes: number, images: readonly ImageTargets[]): BatchTargets {
  const [n, a] = [images.length, anchors.length / 4];
  const classTargets = new Float32Array(n * a * classes);
  const classWeights = new Float32Array(n * a);
  const matched: number[] = [], matchedAnchors: number[] = [], matchedBoxes: number[] = [], boxWeights: number[] = [];
  images.forEach(({ boxes, labels }, i) => {
    const match = matchAnchors(anchors, boxes);
    const weight = 1 / (n * Math.max(1, match.reduce((count, box) => count + (box >= 0 ? 1 : 0), 0)));
    for (let j = 0; j < a; j++) {
      const box = match[j], at = i * a + j;
      if (box >= BACKGROUND) classWeights[at] = weight;
      if (box < 0) continue;
      classTargets[at * classes + labels[box]] = 1;
      matched.push(at);
      boxWeights.push(weight);
      for (let c = 0; c < 4; c++) {
        matchedAnchors.push(anchors[4 * j + c]);
        matchedBoxes.push(boxes[4 * box + c]);
      }
    }
  });
  return {
    classes: classTargets, classWeights, matched: Int32Array.from(matched),
    matchedAnchors: Float32Array.from(matchedAnchors), matchedBoxes: Float32Array.from(matchedBoxes), boxWeights: Float32Array.from(boxWeights),
  };
}
