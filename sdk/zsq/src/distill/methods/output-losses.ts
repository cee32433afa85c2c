import * as tf from "@tensorflow/tfjs-node-gpu";
import { anchorBoxes } from "../../nn/anchors";
import type { RetinaNetConfig } from "../../nn/config";
import type { HeadOutputs } from "../../nn/retinanet";
import type { Node } from "../../nn/tape";
import { detectionLoss } from "../../train/detection-loss";
import { batchTargets, type ImageTargets } from "../../train/targets";
import { matchAnchors } from "../../train/matcher";

/** What the heads say, as rows: logits [n, anchors, classes] and regression [n, anchors, 4] of all levels. */
export interface OutputRows {
  logits: tf.Tensor3D;
  regression: tf.Tensor3D;
}

/** A loss on the head outputs of a batch (`first`: number of its first image), whose gradient it sets on them; returns its value. Runs inside tf.tidy. */
export type OutputLoss = (outputs: HeadOutputs<Node>, batch: { config: RetinaNetConfig; imageShape: readonly [number, number]; targets: readonly ImageTargets[]; first: number }) => number;

/** An OutputLoss of a function that tf.grads can differentiate. */
export const differentiated = (loss: (rows: OutputRows, batch: Parameters<OutputLoss>[1] & { anchors: Float32Array }) => tf.Scalar): OutputLoss => (outputs, batch) => {
  const anchors = anchorsOf(outputs, batch.config, batch.imageShape);
  return accumulateGradients([...outputs.classLogits, ...outputs.boxRegression], (levels) => {
    const half = levels.length / 2;
    return loss({ logits: joined(levels.slice(0, half), batch.config.classes), regression: joined(levels.slice(half), 4) }, { ...batch, anchors });
  });
};

/** The value of a differentiable function of nodes; its gradients are added to theirs and outlive the enclosing tidy. */
export function accumulateGradients(nodes: readonly Node[], f: (values: tf.Tensor4D[]) => tf.Scalar): number {
  const values = nodes.map((node) => node.value);
  const { value, grads } = tf.engine().gradients(() => f(values), values, undefined, true); // undefined where f does not depend on a node
  grads.forEach((gradient, k) => gradient && nodes[k].accumulate(tf.keep(gradient as tf.Tensor4D)));
  return value.dataSync()[0];
}

/** The detector's own training loss (focal and GIoU) towards the targets: what stands for a classifier's cross-entropy. */
export const targetLoss: OutputLoss = (outputs, { config, imageShape, targets }) => {
  const loss = detectionLoss(outputs, config.classes, batchTargets(anchorsOf(outputs, config, imageShape), config.classes, targets));
  return loss.classification + loss.box;
};

/** An OutputLoss times a factor. */
export const scaled = (loss: OutputLoss, factor: number): OutputLoss => (outputs, batch) => {
  const nodes = [...outputs.classLogits, ...outputs.boxRegression], before = nodes.map((node) => node.grad);
  nodes.forEach((node) => (node.grad = null));
  const value = loss(outputs, batch);
  nodes.forEach((node, k) => {
    const own = node.grad;
    node.grad = before[k];
    if (!own) return;
    node.accumulate(tf.keep(own.mul(factor)));
    own.dispose();
  });
  return factor * value;
};

/** Anchors that stand for targets: row numbers into [n * anchors], and of each its class and its image. */
export interface Matched { rows: number[]; labels: number[]; images: number[] }

/** The loss of a batch without any target in sight. */
export const nothing = ({ logits }: OutputRows): tf.Scalar => logits.sum().mul(0) as tf.Scalar;

/** The anchors that the matcher gives to the targets of each image. */
export function matchedRows(anchors: Float32Array, targets: readonly ImageTargets[]): Matched {
  const rows: number[] = [], labels: number[] = [], images: number[] = [], count = anchors.length / 4;
  targets.forEach((one, image) => matchAnchors(anchors, one.boxes).forEach((box, anchor) => {
    if (box < 0) return;
    rows.push(image * count + anchor);
    labels.push(one.labels[box]);
    images.push(image);
  }));
  return { rows, labels, images };
}

/** Probabilities (sigmoid) of the target's class at each matched anchor, [m]; differentiable. */
export function targetProbabilities({ logits }: OutputRows, { rows, labels }: Pick<Matched, "rows" | "labels">): tf.Tensor1D {
  const classes = logits.shape[2], flat = logits.reshape([-1]);
  return tf.sigmoid(tf.gather(flat, tf.tensor1d(rows.map((row, k) => row * classes + labels[k]), "int32"))) as tf.Tensor1D;
}

/** The anchors of outputs, x1, y1, x2, y2 in pixels. */
export const anchorsOf = ({ classLogits }: HeadOutputs<Node>, config: RetinaNetConfig, imageShape: readonly [number, number]): Float32Array =>
  anchorBoxes(config.anchors, imageShape, classLogits.map(({ value }) => [value.shape[1], value.shape[2]] as const));

/** Outputs as rows. */
export const rowsOf = ({ classLogits, boxRegression }: HeadOutputs<tf.Tensor4D>, classes: number): OutputRows => ({ logits: joined(classLogits, classes), regression: joined(boxRegression, 4) });

const joined = (levels: readonly tf.Tensor4D[], columns: number): tf.Tensor3D => tf.concat(levels.map((level) => level.reshape<tf.Tensor3D>([level.shape[0], -1, columns])), 1);
