import * as tf from "@tensorflow/tfjs-node-gpu";
import { Graph } from "../nn/graph";
import type { Convolution } from "../nn/layers";
import type { Node } from "../nn/tape";
import { TrainingTape } from "../nn/training-tape";
import type { Weights } from "../nn/weights";
import { levelRange, type QParams } from "../quantize/affine";
import { Calibration } from "../quantize/calibrate";
import { chooseActivationQParams, quantizeKernels } from "../quantize/choose";
import { checkScheme, layerScheme, type Scheme } from "../quantize/scheme";
import { quantizationSites } from "../quantize/sites";
import type { RetinaNetConfig } from "../nn/config";
import * as kernels from "../tensor/kernels";
import { trainingStep, type TrainingStep } from "./training-step";

export interface QuantizationAwareOptions {
  /** ranges to start from; inputRange "image" is of no effect */
  calibration: Calibration;
  scheme: Scheme;
  /**
   * how fast the ends of the ranges follow their gradient, in parts of the range per unit of gradient; 0: they are fixed.
   * Defaults to 0
   */
  rangeRate?: number;
}

/**
 * Training of a detector that sees its own quantization: kernels are rounded anew in each step, what enters a convolution
 * is rounded to its range; gradients pass straight through the rounding, but not where a value is clipped. The float
 * weights learn; quantizeDetector turns them and `calibration()` into the quantized detector.
 *
 * Pass `step` to a Trainer. Source: Jacob et al. 2018 (straight-through, after Bengio et al. 2013); the gradient of the
 * ends is TensorFlow's, the sum over the values that they clip.
 */
export class QuantizationAware {
  private readonly graph: Graph;
  private ranges: Calibration;

  /** Throws if the scheme is invalid, folds batch norms, or quantizes other tensors than inputs. */
  constructor(private readonly config: RetinaNetConfig, private readonly options: QuantizationAwareOptions) {
    const { scheme, calibration, rangeRate = 0 } = options;
    checkScheme("QuantizationAware", scheme);
    if (scheme.foldBatchNorm || scheme.activations.tensors.join() !== "inputs") throw new Error("QuantizationAware: unsupported scheme: folded batch norms or outputs quantized; expected inputs alone");
    if (!(rangeRate >= 0)) throw new RangeError(`QuantizationAware: invalid rangeRate: ${rangeRate}; expected a number >= 0`);
    this.graph = new Graph(config);
    this.ranges = calibration;
    this.qparams(); // throws now what it would throw in the first step
  }

  /** The ranges as learned so far. */
  calibration(): Calibration {
    return this.ranges;
  }

  /** Loss and gradients of a batch, for TrainerOptions.trainingStep. */
  readonly step: TrainingStep = (config, weights, images, targets) => {
    const { kernels: rounded } = quantizeKernels(weights, this.graph, this.options.scheme), ends = new Map<string, [number, number]>();
    try {
      return trainingStep(config, new Map([...weights, ...rounded]), images, targets, (own) => new QuantizingTape(own, this.qparams(), ends));
    } finally {
      tf.dispose([...rounded.values()]);
      if (this.options.rangeRate) this.learn(ends, this.options.rangeRate);
    }
  };

  private qparams(): Map<string, QParams> {
    const { scheme } = this.options, { inputs } = quantizationSites(this.graph, ["inputs"], { isFloat: (layer) => layerScheme(scheme, layer).activations.bits === 32 });
    return chooseActivationQParams(this.config, this.graph, this.ranges, { ...scheme, inputRange: "calibrated" }, [...inputs.keys()]);
  }

  // an end moves by at most a tenth of its range, and never past 0
  private learn(ends: ReadonlyMap<string, readonly [number, number]>, rate: number): void {
    this.ranges = new Calibration([...this.ranges].map(([key, range]) => {
      const [low, high] = ends.get(key) ?? [0, 0], span = range.max - range.min;
      const move = (gradient: number): number => span * Math.min(Math.max(rate * gradient, -0.1), 0.1);
      const min = range.min < 0 ? Math.min(range.min - move(low), 0) : range.min, max = Math.max(range.max - move(high), min + 0.1 * span);
      return [key, { min, max, magnitude: Math.max(-min, max) }] as const;
    }), this.ranges.calibrator, this.ranges.images);
  }
}

/** A TrainingTape that rounds what enters each convolution; gradients of the ends of the ranges are added to `ends`. */
export class QuantizingTape extends TrainingTape {
  constructor(weights: Weights, private readonly qparams: ReadonlyMap<string, QParams>, private readonly ends: Map<string, [number, number]>) {
    super(weights);
  }

  override conv(name: string, x: Node, geometry: Convolution): Node {
    const own = this.qparams.get(name);
    return super.conv(name, own ? this.rounded(name, x, own) : x, geometry);
  }

  private rounded(name: string, x: Node, qparams: QParams): Node {
    const { bits, scale, zeroPoint, narrow } = qparams, [low, high] = levelRange(qparams).map((level) => (level - zeroPoint) * scale);
    const y = x.rounded(kernels.fakeQuantWithRange(x.value, low, high, bits, narrow));
    return this.record(y, (dy) => {
      const { dx, dlow, dhigh } = kernels.fakeQuantGradient(dy, x.value, low, high, bits, narrow), [a, b] = this.ends.get(name) ?? [0, 0];
      this.ends.set(name, [a + dlow.dataSync()[0], b + dhigh.dataSync()[0]]);
      tf.dispose([dlow, dhigh]);
      x.accumulate(dx);
    });
  }
}
