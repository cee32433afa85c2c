import * as tf from "@tensorflow/tfjs-node-gpu";
import { Detector, retinaNetR50 } from "zsq";
import { fileShapes } from "zsq/dist/weights/detector-file";
import { toHeightWidthInOut } from "zsq/dist/weights/kernel-layout";

// The full-size network of fixtures/zsq/torchvision/generate.py, drawn again number by number.

// low + (high - low) * u, u the multiples of 2^-24 of a linear congruential generator
function draw(seed: number, n: number, low: number, high: number): Float32Array {
  const values = new Float32Array(n);
  let state = seed;
  for (let i = 0; i < n; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = low + (high - low) * ((state >>> 8) / 2 ** 24);
  }
  return values;
}

function bounds(name: string, shape: readonly number[]): [number, number] {
  if (shape.length === 4) {
    const bound = name.includes("bbox_reg") ? 0.03 : name.includes("cls_logits") ? 0.09 : Math.sqrt(6 / (shape[1] * shape[2] * shape[3]));
    return [-bound, bound];
  }
  if (name.endsWith("cls_logits.bias")) return [-5, -4.5];
  if (name.endsWith("running_var")) return [0.5, 1.5];
  if (name.endsWith(".weight")) return name.includes(".bn3.") ? [0.2, 0.5] : [0.5, 1.2];
  return [-0.2, 0.2];
}

/** The drawn detector; the caller disposes it. `names`: those of torchvision's state dict, in its order. */
export function drawnRetinaNet(classes: number, names: readonly string[]): Detector {
  const config = retinaNetR50(classes), shapes = fileShapes(config);
  const weights = names.filter((name) => !name.endsWith("num_batches_tracked")).map((name, i): [string, tf.Tensor] => {
    const shape = shapes.get(name)!, data = draw(classes * 1000 + i, shape.reduce((a, b) => a * b, 1), ...bounds(name, shape));
    const ours = shape.length === 4 ? [shape[2], shape[3], shape[1], shape[0]] : shape;
    return [name, tf.tensor(shape.length === 4 ? toHeightWidthInOut(data, ours) : data, ours)];
  });
  return new Detector(config, new Map(weights));
}
