import * as tf from "@tensorflow/tfjs-node-gpu";
import { Graph } from "../nn/graph";
import type { Convolution } from "../nn/layers";
import type { Node } from "../nn/tape";
import { TrainingTape } from "../nn/training-tape";
import type { Weights } from "../nn/weights";
import { levelRange, type QParams } from "../quantize/affine";
import type { Calibration } from "../quantize/calibrate";
import { chooseActivationQParams, quantizeKernels } from "../quantize/choose";
import { checkScheme, layerScheme, type Scheme } from "../quantize/scheme";
import { quantizationSites } from "../quantize/sites";
import type { RetinaNetConfig } from "../nn/config";
import * as kernels from "../tensor/kernels";
import { LearnedRanges } from "./learned-ranges";
import { trainingStep, type TrainingStep } from "./training-step";

export interface QuantizationAwareOptions {
  /** ranges to start from; inputRange "image" is of no effect */
  calibration: Calibration;
  scheme: Scheme;
  /** about how much the ends of the ranges move in a step, as a part of the range, see LearnedRanges; defaults to 0: they are fixed */
  rangeRate?: number;
}

/**
 * Training of a detector that sees its own quantization: kernels are rounded anew in each step, what enters a convolution
 * is rounded to its range; gradients pass straight through the rounding, but not where a value is clipped. The float
 * weights learn; quantizeDetector turns them and `calibration()` into the quantized detector.
 *
 * Pass `step` to a Trainer. Source: Jacob et al. 2018 (straight-through, after Bengio et al. 2013); the gradient of the
 * ends: see QuantizingTape.
 */
export class QuantizationAware {
  private readonly graph: Graph;
  private readonly ranges: LearnedRanges;

  /** Throws if the scheme is invalid, folds batch norms, or quantizes other tensors than inputs. */
  constructor(private readonly config: RetinaNetConfig, private readonly options: QuantizationAwareOptions) {
    const { scheme, calibration, rangeRate = 0 } = options;
    checkScheme("QuantizationAware", scheme);
    if (scheme.foldBatchNorm || scheme.activations.tensors.join() !== "inputs") throw new Error("QuantizationAware: unsupported scheme: folded batch norms or outputs quantized; expected inputs alone");
    if (!(rangeRate >= 0)) throw new RangeError(`QuantizationAware: invalid rangeRate: ${rangeRate}; expected a number >= 0`);
    this.graph = new Graph(config);
    this.ranges = new LearnedRanges(calibration, rangeRate);
    this.qparams(); // throws now what it would throw in the first step
  }

  /** The ranges as learned so far. */
  calibration(): Calibration {
    return this.ranges.calibration;
  }

  /** Loss and gradients of a batch, for TrainerOptions.trainingStep. */
  readonly step: TrainingStep = (config, weights, images, targets) => {
    const { kernels: rounded } = quantizeKernels(weights, this.graph, this.options.scheme), ends = this.options.rangeRate ? new Map<string, [number, number]>() : undefined;
    try {
      return trainingStep(config, new Map([...weights, ...rounded]), images, targets, (own) => new QuantizingTape(own, this.qparams(), ends));
    } finally {
      tf.dispose([...rounded.values()]);
      if (ends) this.ranges.learn(ends);
    }
  };

  private qparams(): Map<string, QParams> {
    const { scheme } = this.options, { inputs } = quantizationSites(this.graph, ["inputs"], { isFloat: (layer) => layerScheme(scheme, layer).activations.bits === 32 });
    return chooseActivationQParams(this.config, this.graph, this.calibration(), { ...scheme, inputRange: "calibrated" }, [...inputs.keys()]);
  }
}

/**
 * A TrainingTape that rounds what enters each convolution.
 *
 * - **ends** – where given, gradients of the ends of the ranges are added to it: of an end, the sum of the gradients of the
 *   values that it clips, and from those that are rounded the sum of gradient times error of rounding, over the length of
 *   the range, which says what finer steps are worth
 *
 * Source: Esser et al., "Learned step size quantization", 2020, for two ends in place of a step.
 */
export class QuantizingTape extends TrainingTape {
  constructor(weights: Weights, private readonly qparams: ReadonlyMap<string, QParams>, private readonly ends?: Map<string, [number, number]>) {
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
      const { dx, dlow, dhigh } = kernels.fakeQuantGradient(dy, x.value, low, high, bits, narrow);
      if (this.ends) {
        const [a, b] = this.ends.get(name) ?? [0, 0], finer = tf.tidy(() => dx.mul(y.value.sub(x.value)).sum().dataSync()[0]) / (high - low);
        this.ends.set(name, [a + dlow.dataSync()[0] - finer, b + dhigh.dataSync()[0] + finer]);
      }
      tf.dispose([dlow, dhigh]);
      x.accumulate(dx);
    });
  }
}
