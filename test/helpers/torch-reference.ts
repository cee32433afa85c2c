import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture, Detector, retinaNetEmbedded, type RetinaNetConfig } from "zsq";

// The tiny network, image and targets of fixtures/zsq/nn/generate.py.

/** A tensor of the reference: its sum, largest |value| and every 97th value (24 at most). */
export interface Sample { shape: number[]; sum: number; absmax: number; values: number[] }

export interface TorchReference {
  size: number;
  inference: { classLogits: Sample; boxRegression: Sample };
  anchors: Sample;
  training: {
    classification: number;
    box: number;
    matches: { objects: number; ignored: number; indices: number[]; boxes: number[] }[];
    gradientNorms: Record<string, number>;
  };
  distillationMean: { layers: number; loss: number[]; gradient: Sample };
  distillationMeanStd: { layers: number; loss: number[]; gradient: Sample };
}

export const torchReference = (): TorchReference =>
  JSON.parse(readFileSync(join(__dirname, "../../fixtures/zsq/nn/retinanet-tiny.json"), "utf8")) as TorchReference;

export const referenceConfig: RetinaNetConfig = {
  ...retinaNetEmbedded(3),
  resnet: { width: 4, blocks: [1, 2, 1, 1] },
  fpn: { channels: 8, stages: [0, 1, 2, 3], extraLevels: "none" },
  head: { convs: 1, groups: 2 },
};

/** Ground truth of the reference's two images. */
export const referenceTargets = [
  { boxes: Float32Array.of(4, 6, 40, 50, 20, 20, 36, 60, 50, 3, 60, 12), labels: Int32Array.of(1, 2, 1) },
  { boxes: Float32Array.of(10, 10, 62, 58), labels: Int32Array.of(2) },
];

/** The reference's weights; the caller disposes the detector. */
export const referenceDetector = (): Detector => lcgDetector(referenceConfig);

/** A detector with weights by the linear congruential generator, tensor k from seed k + 1, within the bounds; the caller disposes it. */
export function lcgDetector(config: RetinaNetConfig, boundsOf = bounds): Detector {
  const tensors = new Map<string, tf.Tensor>();
  for (const { parameters, buffers } of new Architecture(config).layers) {
    for (const [name, shape] of [...parameters, ...buffers]) {
      const [low, high] = boundsOf(name, shape);
      const values = lcg(tensors.size + 1, shape.reduce((a, b) => a * b, 1)).map((u) => Math.fround(Math.fround(Math.fround(u + 0.5) * Math.fround(high - low)) + Math.fround(low)));
      tensors.set(name, tf.tensor(values, shape));
    }
  }
  return new Detector(config, tensors);
}

/** The reference's two images, [2, 64, 64, 3]; the caller disposes them. */
export const referenceImages = (): tf.Tensor4D => tf.tensor4d(lcg(9001, 2 * 64 * 64 * 3).map((u) => u * 4), [2, 64, 64, 3]);

/** The bounds with small sums: see fixtures/zsq/distill/generate.py. */
export const dampedBounds = (name: string, shape: number[]): [number, number] => (name.endsWith("bn3.weight") ? [0.05, 0.15] : bounds(name, shape));

function bounds(name: string, shape: number[]): [number, number] {
  if (shape.length === 4) {
    const bound = Math.sqrt(6 / (shape[0] * shape[1] * shape[2]));
    return [-bound, bound];
  }
  if (name.endsWith("running_var")) return [0.5, 1.5];
  if (name.endsWith("running_mean")) return [-0.5, 0.5];
  const normalization = /bn\d|downsample\.1|conv\.0\.1/.test(name);
  if (name.endsWith(".weight")) return [0.5, 1.5];
  return normalization ? [-0.5, 0.5] : [-0.2, 0.2];
}

/** n float32 in [-0.5, 0.5), exact. */
export function lcg(seed: number, n: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24 - 0.5;
  });
}

/** The values that the reference keeps of a tensor. */
export const sampleOf = (values: ArrayLike<number>): number[] => Array.from({ length: Math.min(24, Math.ceil(values.length / 97)) }, (_, i) => values[97 * i]);
