import * as tf from "@tensorflow/tfjs-node-gpu";
import { anchorBoxes } from "../nn/anchors";
import type { RetinaNetConfig } from "../nn/config";
import { retinaNet, type HeadOutputs } from "../nn/retinanet";
import type { Node } from "../nn/tape";
import { TrainingTape } from "../nn/training-tape";
import type { Weights } from "../nn/weights";
import { detectionLoss } from "./detection-loss";
import { batchTargets, type ImageTargets } from "./targets";

/** What one forward and backward pass over a batch gives; the caller disposes the tensors. */
export interface StepResult {
  loss: { classification: number; box: number };
  /** by parameter name */
  gradients: Map<string, tf.Tensor>;
  /** by batch-norm layer: mean and unbiased variance [c] of the batch */
  batchStatistics: Map<string, { mean: tf.Tensor1D; variance: tf.Tensor1D }>;
}

/** What a Trainer runs for each batch: trainingStep, or one that trains something else about the same network. */
export type TrainingStep = (config: RetinaNetConfig, weights: Weights, images: tf.Tensor4D, targets: readonly ImageTargets[]) => StepResult;

/**
 * Loss and gradients of normalized images [n, h, w, 3] with batch normalization by the batch.
 *
 * - **createTape** – the layers that compute; defaults to a plain TrainingTape
 */
export function trainingStep(config: RetinaNetConfig, weights: Weights, images: tf.Tensor4D, targets: readonly ImageTargets[], createTape = (own: Weights): TrainingTape => new TrainingTape(own)): StepResult {
  tf.engine().startScope();
  const tape = createTape(weights);
  const outputs = retinaNet(tape, config, tape.input(images));
  const anchors = anchorsOf(config, [images.shape[1], images.shape[2]], outputs);
  const loss = detectionLoss(outputs, config.classes, batchTargets(anchors, config.classes, targets));
  tape.backward();
  const { gradients, batchStatistics } = tape;
  tf.engine().endScope([...gradients.values(), ...[...batchStatistics.values()].flatMap(({ mean, variance }) => [mean, variance])]);
  return { loss, gradients, batchStatistics };
}

const anchorsOf = (config: RetinaNetConfig, imageShape: [number, number], { classLogits }: HeadOutputs<Node>): Float32Array =>
  anchorBoxes(config.anchors, imageShape, classLogits.map(({ value }) => [value.shape[1], value.shape[2]] as const));
