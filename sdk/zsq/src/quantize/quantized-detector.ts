import * as tf from "@tensorflow/tfjs-node-gpu";
import type { RetinaNetConfig } from "../nn/config";
import { runNetwork, type Detector, type Predictor } from "../nn/detector";
import { InferenceLayers } from "../nn/inference";
import type { Convolution } from "../nn/layers";
import type { HeadOutputs } from "../nn/retinanet";
import { weight, type Weights } from "../nn/weights";
import { chooseQParams, fakeQuantize, fakeQuantizeFast, type QParams } from "./affine";
import type { Calibration } from "./calibrate";
import { imageRange, rangesOf } from "./range";
import { checkScheme, isExcluded, precisionName, type Scheme } from "./scheme";

/**
 * A detector whose convolutions see quantized weights and inputs, simulated in float32: both are rounded to their levels
 * (fake quantization), the rest of the network is float. It shares the biases and norms of the detector it was made
 * from, which must outlive it; dispose() frees the quantized kernels alone.
 */
export class QuantizedDetector implements Predictor {
  /** such as "W8A8" */
  readonly precision: string;

  constructor(
    readonly config: RetinaNetConfig,
    readonly scheme: Scheme,
    /** all weights of the detector, quantized kernels in place of the float ones */
    readonly weights: Weights,
    /** how each kernel was quantized, by the name of its convolution: one for each scale */
    readonly weightQParams: ReadonlyMap<string, readonly QParams[]>,
    /** how what enters each convolution is quantized, by its name */
    readonly inputQParams: ReadonlyMap<string, QParams>,
    /** MiB (2^20 bytes) of all parameters at the bits of the weights, those of excluded convolutions at 32: the paper's count */
    readonly sizeMiB: number,
  ) {
    this.precision = precisionName(scheme);
  }

  outputs(images: tf.Tensor4D): HeadOutputs<tf.Tensor4D> {
    return runNetwork(new QuantizedLayers(this.weights, this.inputQParams), this.config, images);
  }

  dispose(): void {
    for (const name of this.weightQParams.keys()) this.weights.get(`${name}.weight`)?.dispose();
  }
}

/**
 * The detector with static quantization of every convolution: kernels over their minimum and maximum, inputs over the
 * ranges of the calibration.
 *
 * Returns a detector whose kernels the caller frees by dispose().
 * Throws if the scheme is invalid, excludes an unknown layer, or the calibration is of another percentile or lacks a layer.
 */
export function quantizeDetector(detector: Detector, calibration: Calibration, scheme: Scheme): QuantizedDetector {
  checkScheme("quantizeDetector", scheme);
  const all = detector.architecture.ofKind("conv").map(({ name }) => name);
  checkExcluded(scheme, all);
  const names = all.filter((name) => !isExcluded(scheme, name));
  const inputs = scheme.activations.bits === 32 ? new Map<string, QParams>() : inputQParams(detector, calibration, scheme, names);
  const { qparams, kernels } = quantizeKernels(detector, scheme, scheme.weights.bits === 32 ? [] : names);
  const excluded = new Set(all.filter((name) => isExcluded(scheme, name)));
  const bitsInAll = detector.architecture.layers.reduce((sum, { name, parameters }) => {
    const count = [...parameters.values()].reduce((a, shape) => a + shape.reduce((x, y) => x * y, 1), 0);
    return sum + count * (excluded.has(name) ? 32 : scheme.weights.bits);
  }, 0);
  return new QuantizedDetector(detector.config, scheme, new Map([...detector.weights, ...kernels]), qparams, inputs, bitsInAll / 8 / 2 ** 20);
}

function quantizeKernels(detector: Detector, { weights: { bits, granularity, symmetric } }: Scheme, names: readonly string[]): { qparams: Map<string, QParams[]>; kernels: Map<string, tf.Tensor> } {
  const qparams = new Map<string, QParams[]>(), kernels = new Map<string, tf.Tensor>();
  for (const name of names) {
    const kernel = weight(detector.weights, `${name}.weight`);
    const chosen = rangesOf(kernel, granularity).map(({ min, max }) => chooseQParams(min, max, bits, { symmetric }));
    qparams.set(name, chosen);
    kernels.set(`${name}.weight`, fakeQuantize(kernel, chosen, granularity));
  }
  return { qparams, kernels };
}

function inputQParams(detector: Detector, calibration: Calibration, { activations: { bits, symmetric, percentile }, inputRange }: Scheme, names: readonly string[]): Map<string, QParams> {
  if (calibration.percentile !== percentile) {
    throw new Error(`quantizeDetector: invalid percentile of the calibration: ${calibration.percentile}; expected ${percentile}, that of the scheme`);
  }
  const first = detector.architecture.ofKind("conv")[0].name;
  return new Map(names.map((name) => {
    if (name === first && inputRange === "image") {
      const { min, max } = imageRange(detector.config.image);
      return [name, chooseQParams(min, max, bits, { symmetric })];
    }
    const range = calibration.get(name);
    if (!range) throw new Error(`quantizeDetector: missing calibration of layer: ${name}; expected a range for each of ${names.length} convolutions`);
    return [name, symmetric ? chooseQParams(-range.magnitude, range.magnitude, bits, { symmetric }) : chooseQParams(range.min, range.max, bits)];
  }));
}

function checkExcluded({ exclude }: Scheme, names: readonly string[]): void {
  if (!Array.isArray(exclude)) return;
  for (const name of exclude) if (!names.includes(name)) throw new Error(`quantizeDetector: unknown layer in exclude: ${name}; expected convolutions such as ${names[0]}`);
}

/** Computes the layers with what enters each convolution rounded to its levels. */
export class QuantizedLayers extends InferenceLayers {
  /** - **inputs** – levels by name of the convolution; a convolution without stays as it is */
  constructor(weights: Weights, private readonly inputs: ReadonlyMap<string, QParams>) {
    super(weights);
  }

  override conv(name: string, x: tf.Tensor4D, geometry: Convolution): tf.Tensor4D {
    const qparams = this.inputs.get(name);
    if (!qparams) return super.conv(name, x, geometry);
    const rounded = fakeQuantizeFast(x, qparams);
    const y = super.conv(name, rounded, geometry);
    rounded.dispose();
    return y;
  }
}
