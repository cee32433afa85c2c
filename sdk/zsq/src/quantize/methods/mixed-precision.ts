import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture } from "../../nn/architecture";
import type { Detector } from "../../nn/detector";
import type { HeadOutputs } from "../../nn/retinanet";
import { calibrate, Calibration } from "../calibrate";
import { quantizeDetector } from "../quantized-detector";
import { scheme, type LayerOverride } from "../scheme";
import { required, type QuantizeMethod } from "./quantized";

/** Sensitivity of a layer to bit widths, and what it costs: parameters, and for each width the divergence of the outputs. */
export interface LayerChoice {
  layer: string;
  parameters: number;
  /** by bits */
  sensitivity: ReadonlyMap<number, number>;
}

/**
 * ZeroQ's sensitivity: for each convolution and each bit width the divergence of the outputs when this kernel alone is
 * rounded, by outputDivergence.
 *
 * - **images** – normalized, [n, h, w, 3]
 *
 * Source: Cai et al. 2020, eq. 4, for a detector.
 */
export function weightSensitivity(detector: Detector, images: tf.Tensor4D, bits: readonly number[], onProgress?: (fraction: number) => void): LayerChoice[] {
  const none = new Calibration([], scheme("W32A32").activations.calibrator, 0), layers = new Architecture(detector.config).ofKind("conv"), expected = arraysOf(detector.outputs(images));
  return layers.map(({ name, parameters }, k) => {
    const sensitivity = new Map(bits.map((width) => {
      const quantized = quantizeDetector(detector, none, scheme("W32A32", { overrides: [{ layers: [name], weights: { bits: width } }] }));
      const divergence = outputDivergence(expected, arraysOf(quantized.outputs(images)));
      quantized.dispose();
      return [width, divergence];
    }));
    onProgress?.((k + 1) / layers.length);
    return { layer: name, parameters: [...parameters.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0), sensitivity };
  });
}

/** Outputs of a detector for its anchors, those of images and levels one after another. */
export interface AnchorOutputs {
  /** [anchors, classes] */
  classLogits: Float32Array;
  /** [anchors, 4] */
  boxRegression: Float32Array;
}

/** Standard deviations that boxes are allowed, of centre and log size in units of the anchor; those that Faster R-CNN divides its targets by. */
const BOX_STD = [0.1, 0.1, 0.2, 0.2];

/**
 * KL(p || q) of a detector's outputs, the mean over anchors: of its classes, each a Bernoulli by the sigmoid of its logit,
 * and, as far as p sees an object (its most probable class), of its box, four normals with BOX_STD.
 *
 * @example outputDivergence({ classLogits: [0], boxRegression: [0, 0, 0, 0] }, { classLogits: [0], boxRegression: [0.1, 0, 0, 0] }) // 0.25
 */
export function outputDivergence(p: AnchorOutputs, q: AnchorOutputs): number {
  const anchors = p.boxRegression.length / 4, classes = p.classLogits.length / anchors;
  let sum = 0;
  for (let anchor = 0; anchor < anchors; anchor++) {
    let object = 0;
    for (let i = anchor * classes; i < (anchor + 1) * classes; i++) {
      const probability = 1 / (1 + Math.exp(-p.classLogits[i])), difference = q.classLogits[i] - p.classLogits[i];
      // p (s - t) + log(1 + e^t) - log(1 + e^s) of logits s and t; in double precision, as it is below float32's rounding at eight bits
      sum += Math.log1p(probability * Math.expm1(difference)) - probability * difference;
      object = Math.max(object, probability);
    }
    for (let k = 0; k < 4; k++) sum += (object / 2) * ((q.boxRegression[4 * anchor + k] - p.boxRegression[4 * anchor + k]) / BOX_STD[k]) ** 2;
  }
  return sum / anchors;
}

/**
 * The bit width of each layer that makes the sum of sensitivities least while parameters times bits stay within the
 * budget, to half a part for each layer: dynamic programming over the budget in `parts`. Throws if even the fewest bits do not fit.
 *
 * @example chooseBits([{ layer: "a", parameters: 10, sensitivity: new Map([[2, 1], [8, 0]]) }], 80) // Map { "a" => 8 }
 */
export function chooseBits(layers: readonly LayerChoice[], budget: number, parts = 65536): Map<string, number> {
  const unit = budget / parts, steps = parts + Math.ceil(layers.length / 2), costOf = (parameters: number, bits: number): number => Math.round((parameters * bits) / unit);
  let best = new Float64Array(steps + 1).fill(0), choices: Int32Array[] = [];
  for (const { parameters, sensitivity } of layers) {
    const next = new Float64Array(steps + 1).fill(Infinity), chosen = new Int32Array(steps + 1).fill(-1);
    for (const [bits, loss] of sensitivity) {
      const cost = costOf(parameters, bits);
      for (let room = cost; room <= steps; room++) {
        const total = best[room - cost] + loss;
        if (total < next[room]) [next[room], chosen[room]] = [total, bits];
      }
    }
    best = next;
    choices = [...choices, chosen];
  }
  if (!Number.isFinite(best[steps])) throw new RangeError(`chooseBits: invalid budget: ${budget} bits; expected at least ${layers.reduce((sum, { parameters, sensitivity }) => sum + parameters * Math.min(...sensitivity.keys()), 0)}`);
  const result = new Map<string, number>();
  let room = steps;
  for (let k = layers.length - 1; k >= 0; k--) {
    const { layer, parameters } = layers[k], bits = choices[k][room];
    result.set(layer, bits);
    room -= costOf(parameters, bits);
  }
  return new Map([...result].reverse());
}

/**
 * ZeroQ's mixed precision: each kernel at 2, 4 or 8 bits, all of them together no larger than at the bits asked for.
 * Ranges and sensitivities come from the images given.
 *
 * Source: Cai et al. 2020, sections 3.3 and 3.4; its code for this was never published. Deviations: activations all have the
 * bits asked for; the Pareto frontier is searched for one size.
 */
export const mixedPrecision: QuantizeMethod = (detector, images, { precision, inputRange, onProgress }) => {
  const given = required(images), asked = scheme(precision, { inputRange });
  const probe = given.slice(0, Math.min(2, given.shape[0])), choices = weightSensitivity(detector, probe, [8, 4, 2], onProgress);
  probe.dispose();
  const budget = asked.weights.bits * choices.reduce((sum, { parameters }) => sum + parameters, 0), bits = chooseBits(choices, budget);
  const overrides = [...new Set(bits.values())].map((width): LayerOverride => ({ layers: [...bits].filter(([, own]) => own === width).map(([layer]) => layer), weights: { bits: width } }));
  const quantized = quantizeDetector(detector, calibrate(detector, given), scheme(precision, { inputRange, overrides }));
  return { predictor: quantized, sizeMiB: quantized.sizeMiB, note: "weights of mixed bits, same size", dispose: () => quantized.dispose() };
};

// of all levels; disposes the outputs
function arraysOf({ classLogits, boxRegression }: HeadOutputs<tf.Tensor4D>): AnchorOutputs {
  return { classLogits: joined(classLogits), boxRegression: joined(boxRegression) };
}

function joined(levels: tf.Tensor4D[]): Float32Array {
  const all = tf.tidy(() => tf.concat(levels.map((level) => level.as1D()))), values = all.dataSync() as Float32Array;
  tf.dispose([all, ...levels]);
  return values;
}
