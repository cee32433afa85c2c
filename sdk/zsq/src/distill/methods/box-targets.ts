import { detect } from "../../evaluate/detect";
import type * as tf from "@tensorflow/tfjs-node-gpu";
import type { Predictor } from "../../nn/detector";
import type { RetinaNetConfig } from "../../nn/config";
import { Random } from "../../tensor/random";
import type { ImageTargets } from "../../train/targets";

/** Stream of a seed, apart from those that draw noise. */
const STREAM = 3_000_000;

/**
 * Boxes and classes that an image is asked to show, drawn from nothing: the detector's counterpart of a random class
 * label. Class uniform over all columns but the background's, column 0; area log-uniform from 1 % to 30 % of the image,
 * height over width log-uniform in [1/2, 2], place uniform inside the image.
 *
 * - **image** – number of the image: its targets depend on (seed, image) alone
 */
export function randomTargets({ classes }: Pick<RetinaNetConfig, "classes">, [height, width]: readonly [number, number], seed: number, image: number, count = 1): ImageTargets {
  const random = new Random(seed, STREAM + image), boxes = new Float32Array(4 * count), labels = new Int32Array(count);
  const log = (low: number, high: number): number => Math.exp(random.uniform(Math.log(low), Math.log(high)));
  for (let k = 0; k < count; k++) {
    labels[k] = random.integer(Math.min(1, classes - 1), classes);
    const area = log(0.01, 0.3) * height * width, ratio = log(0.5, 2);
    const h = Math.min(Math.sqrt(area * ratio), height), w = Math.min(Math.sqrt(area / ratio), width);
    const [x, y] = [random.uniform(0, width - w), random.uniform(0, height - h)];
    boxes.set([x, y, x + w, y + h], 4 * k);
  }
  return { boxes, labels };
}

/**
 * Targets with the detector's own finds added: detections with a score above 0.2, an overlap below 0.35 with every
 * target so far, and an area of 1 to 85 % of the image.
 *
 * Source: dfq-toolkit's adaptive label sampling.
 */
export function withOwnDetections(detector: Predictor, images: tf.Tensor4D, targets: readonly ImageTargets[]): ImageTargets[] {
  const { imageIndex, boxes, scores, labels } = detect(detector, images), whole = images.shape[1] * images.shape[2];
  const grown = targets.map((one) => ({ boxes: [...one.boxes], labels: [...one.labels] }));
  scores.forEach((score, i) => {
    const box = [...boxes.subarray(4 * i, 4 * i + 4)], share = ((box[2] - box[0]) * (box[3] - box[1])) / whole, own = grown[imageIndex[i]];
    if (score <= 0.2 || share < 0.01 || share > 0.85 || own.labels.some((_, k) => overlap(box, own.boxes.slice(4 * k, 4 * k + 4)) >= 0.35)) return;
    own.boxes.push(...box);
    own.labels.push(labels[i]);
  });
  return grown.map((one) => ({ boxes: Float32Array.from(one.boxes), labels: Int32Array.from(one.labels) }));
}

// intersection over union of two boxes
function overlap(a: readonly number[], b: readonly number[]): number {
  const side = (k: number): number => Math.max(0, Math.min(a[k + 2], b[k + 2]) - Math.max(a[k], b[k]));
  const both = side(0) * side(1), area = (x: readonly number[]): number => (x[2] - x[0]) * (x[3] - x[1]);
  return both / (area(a) + area(b) - both);
}
