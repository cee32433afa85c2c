import * as tf from "@tensorflow/tfjs-node-gpu";
import { decodeBoxes } from "../nn/box-coder";
import type { Node } from "../nn/tape";
import type { HeadOutputs } from "../nn/retinanet";
import { focalLoss, giouLoss } from "./losses";
import type { BatchTargets } from "./targets";

/**
 * Classification and box loss of a batch; sets the gradients of their sum on the head outputs.
 *
 * - **outputs** – nodes [n, h, w, anchors * classes] and [n, h, w, anchors * 4] per level
 *
 * Source: torchvision's RetinaNet v2: focal loss and GIoU loss, 1 : 1.
 */
export function detectionLoss(outputs: HeadOutputs<Node>, classes: number, targets: BatchTargets): { classification: number; box: number } {
  return tf.tidy(() => {
    const classification = classificationLoss(outputs.classLogits, classes, targets);
    return { classification, box: boxLoss(outputs.boxRegression, targets) };
  });
}

function classificationLoss(levels: Node[], classes: number, targets: BatchTargets): number {
  const logits = joinLevels(levels, classes);
  const { value, grad } = focalLoss(
    logits, tf.tensor2d(targets.classes, logits.shape), tf.tensor2d(targets.classWeights, [logits.shape[0], 1]));
  splitLevels(levels, classes, grad);
  return value.dataSync()[0];
}

function boxLoss(levels: Node[], targets: BatchTargets): number {
  const regression = joinLevels(levels, 4);
  const m = targets.matched.length;
  if (m === 0) { // a batch without objects: no loss, but gradients, which are zero
    splitLevels(levels, 4, tf.zerosLike(regression));
    return 0;
  }
  const rows = tf.tensor1d(targets.matched, "int32");
  const anchors = tf.tensor2d(targets.matchedAnchors, [m, 4]);
  const boxes = tf.tensor2d(targets.matchedBoxes, [m, 4]);
  const weights = tf.tensor2d(targets.boxWeights, [m, 1]);
  const loss = tf.valueAndGrad((r: tf.Tensor) => giouLoss(decodeBoxes(anchors, r as tf.Tensor2D), boxes, weights));
  const { value, grad } = loss(tf.gather(regression, rows));
  splitLevels(levels, 4, tf.scatterND(rows.expandDims(1), grad, regression.shape));
  return value.dataSync()[0];
}

// levels [n, h, w, anchors * columns] -> [n * anchors of all levels, columns]
function joinLevels(levels: Node[], columns: number): tf.Tensor2D {
  const n = levels[0].value.shape[0];
  return tf.concat(levels.map(({ value }) => value.reshape([n, -1, columns])), 1).reshape([-1, columns]);
}

// the inverse of joinLevels for gradients; they outlive the enclosing tidy
function splitLevels(levels: Node[], columns: number, gradient: tf.Tensor): void {
  const n = levels[0].value.shape[0];
  const sizes = levels.map(({ value }) => value.size / (n * columns));
  tf.split(gradient.reshape([n, -1, columns]), sizes, 1).forEach((part, k) => levels[k].accumulate(tf.keep(part.reshape(levels[k].value.shape))));
}
