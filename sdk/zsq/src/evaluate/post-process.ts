import { decodeBox } from "../nn/box-coder";
import type { RetinaNetConfig } from "../nn/config";
import type { HeadOutputs } from "../nn/retinanet";
import { emptyDetections, type Detections } from "./detections";
import { nms } from "./nms";

/**
 * Detections from head outputs: per level the best `topK` pairs of anchor and class with a score above the threshold,
 * their boxes decoded and clipped to the image; over all levels non-maximum suppression per class, then the best
 * `maxDetections`. The background column, if there is one, is a class like the others. Equal scores keep the order of
 * level, row, column, anchor, class.
 *
 * - **outputs** – per level, float32: class logits [n, anchors of the level, classes] and regression [n, anchors of the level, 4]
 * - **anchors** – of all levels, x1, y1, x2, y2 in pixels, [a, 4] (see anchorBoxes)
 * - **imageCount** – n
 * - **imageShape** – [height, width] in pixels, to clip to
 *
 * Throws if the sizes do not fit each other or an output is not a finite number.
 *
 * Source: torchvision's RetinaNet.postprocess_detections; equal to test/fixtures/zsq/evaluate/generate.py.
 */
export function postProcess(
  outputs: HeadOutputs<Float32Array>, anchors: Float32Array, imageCount: number,
  { classes, detection }: Pick<RetinaNetConfig, "classes" | "detection">, imageShape: readonly [number, number],
): Detections {
  const anchorCounts = checkOutputs(outputs, anchors, imageCount, classes);
  const result = emptyDetections(imageCount * detection.maxDetections);
  const candidates = new Candidates(anchorCounts.map((count) => count * classes), detection.topK);
  const threshold = Math.log(detection.scoreThreshold / (1 - detection.scoreThreshold)); // sigmoid(x) > t <=> x > log(t / (1 - t))
  let found = 0;
  for (let image = 0; image < imageCount; image++) {
    candidates.count = 0;
    let firstAnchor = 0;
    anchorCounts.forEach((count, level) => {
      candidates.addLevel(outputs.classLogits[level], outputs.boxRegression[level], image * count, count, classes, anchors, firstAnchor, threshold);
      firstAnchor += count;
    });
    candidates.clip(imageShape);
    found = candidates.keepBest(detection.nmsThreshold, detection.maxDetections, image, result, found);
  }
  return {
    imageIndex: result.imageIndex.slice(0, found), boxes: result.boxes.slice(0, 4 * found),
    scores: result.scores.slice(0, found), labels: result.labels.slice(0, found),
  };
}

// What may become a detection of one image; the arrays are used again for the next.
class Candidates {
  count = 0;
  private readonly boxes: Float32Array;
  private readonly logits: Float32Array;
  private readonly labels: Int32Array;
  private readonly selected: Int32Array;

  // levelSizes: pairs of anchor and class at each level
  constructor(levelSizes: readonly number[], private readonly topK: number) {
    const most = levelSizes.reduce((sum, size) => sum + Math.min(size, topK), 0);
    this.boxes = new Float32Array(4 * most);
    this.logits = new Float32Array(most);
    this.labels = new Int32Array(most);
    this.selected = new Int32Array(Math.max(0, ...levelSizes));
  }

  // rows first .. first + count of logits [rows, classes] and regression [rows, 4] belong to this image
  addLevel(logits: Float32Array, regression: Float32Array, first: number, count: number, classes: number, anchors: Float32Array, firstAnchor: number, threshold: number): void {
    const { selected } = this;
    let above = 0;
    for (let i = first * classes, end = (first + count) * classes; i < end; i++) if (logits[i] > threshold) selected[above++] = i;
    above = keepLargest(logits, selected, above, this.topK);
    for (let k = 0; k < above; k++) {
      const row = Math.floor(selected[k] / classes), at = this.count++;
      decodeBox(anchors, firstAnchor + row - first, regression, 4 * row, this.boxes, 4 * at);
      this.logits[at] = logits[selected[k]];
      this.labels[at] = selected[k] - row * classes;
    }
  }

  clip([height, width]: readonly [number, number]): void {
    for (let i = 0; i < 4 * this.count; i++) this.boxes[i] = Math.min(Math.max(this.boxes[i], 0), i % 2 ? height : width);
  }

  // writes what survives into out from `at`; returns where the next goes
  keepBest(nmsThreshold: number, most: number, image: number, out: Detections, at: number): number {
    const { boxes, logits, labels, count } = this;
    const kept = nms(boxes.subarray(0, 4 * count), logits.subarray(0, count), labels.subarray(0, count), nmsThreshold, most);
    for (const k of kept) {
      out.imageIndex[at] = image;
      for (let c = 0; c < 4; c++) out.boxes[4 * at + c] = boxes[4 * k + c];
      out.scores[at] = 1 / (1 + Math.exp(-logits[k]));
      out.labels[at++] = labels[k];
    }
    return at;
  }
}

// Moves the `most` indices of the largest values to the front, in their order; of equal values the first. Returns how many.
function keepLargest(values: Float32Array, indices: Int32Array, count: number, most: number): number {
  if (count <= most) return count;
  if (most === 0) return 0;
  const sorted = new Float32Array(count);
  for (let i = 0; i < count; i++) sorted[i] = values[indices[i]];
  sorted.sort();
  const smallest = sorted[count - most];
  let ties = 0;
  while (sorted[count - most + ties] === smallest) ties++;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const value = values[indices[i]];
    if (value > smallest || (value === smallest && ties-- > 0)) indices[kept++] = indices[i];
  }
  return kept;
}

// Anchors of each level.
function checkOutputs({ classLogits, boxRegression }: HeadOutputs<Float32Array>, anchors: Float32Array, imageCount: number, classes: number): number[] {
  const counts = boxRegression.map((values) => values.length / (4 * imageCount));
  const fits = classLogits.length === counts.length && counts.every((count, level) => classLogits[level].length === imageCount * count * classes);
  if (!fits || counts.reduce((a, b) => a + b, 0) !== anchors.length / 4) {
    throw new RangeError(`postProcess: invalid sizes: logits [${classLogits.map((x) => x.length)}], regression [${boxRegression.map((x) => x.length)}], ${anchors.length / 4} anchors; expected ${classes} and 4 numbers for each of ${imageCount} images and each anchor`);
  }
  classLogits.forEach((values, level) => refuseNonFinite(values, "class logits", level, imageCount));
  boxRegression.forEach((values, level) => refuseNonFinite(values, "box regression", level, imageCount));
  return counts;
}

function refuseNonFinite(values: Float32Array, what: string, level: number, imageCount: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] - values[i] === 0) continue;
    throw new RangeError(`postProcess: invalid ${what} of level ${level}: ${values[i]} in image ${Math.floor((i * imageCount) / values.length)} of the batch; expected finite numbers`);
  }
}
