import * as tf from "@tensorflow/tfjs-node-gpu";
import { accumulateGradients } from "../../distill/methods/output-losses";
import { Detector } from "../../nn/detector";
import { Graph } from "../../nn/graph";
import { batchNormAffine } from "../../nn/inference";
import type { Layers } from "../../nn/layers";
import { resnet } from "../../nn/resnet";
import { retinaNetOn, type HeadOutputs } from "../../nn/retinanet";
import { Node } from "../../nn/tape";
import type { Weights } from "../../nn/weights";
import * as kernels from "../../tensor/kernels";
import { createOptimizer, type Optimizer } from "../../train/optimizer";
import { ParameterVector } from "../../train/parameter-vector";
import { LearnedRanges, type EndGradients } from "../../train/learned-ranges";
import { QuantizingTape } from "../../train/quantization-aware";
import type { QParams } from "../affine";
import { calibrate, type Calibration } from "../calibrate";
import { chooseActivationQParams, quantizeKernels } from "../choose";
import type { Scheme } from "../scheme";
import { quantizationSites } from "../sites";

/** What a detector says of a batch, and what it saw: head outputs and the ResNet's maps, finest first. */
export interface Responses { outputs: HeadOutputs<tf.Tensor4D>; features: tf.Tensor4D[] }

/** A loss of a student's responses, differentiable in them. */
export type StudentLoss = (student: Responses) => tf.Scalar;

/** Gradients of a pass; the caller disposes them. */
export interface StudentGradients {
  loss: number;
  parameters: ReadonlyMap<string, tf.Tensor>;
  /** of the ranges; only where they learn */
  ends?: EndGradients;
  /** in the images, [n, h, w, 3] */
  images: tf.Tensor4D;
}

/**
 * A copy of a detector that sees its own quantization and learns: kernels are rounded anew in each pass, what enters a
 * convolution is rounded to its range, gradients pass straight through (not where a value is clipped). Batch
 * normalizations keep what they have stored, gamma and beta included. Adam; ranges stay unless a rate is given. dispose() frees all it made.
 */
export class Student {
  private readonly graph: Graph;
  private readonly vector: ParameterVector;
  private readonly optimizer: Optimizer;
  private learned: LearnedRanges;
  private qparams: ReadonlyMap<string, QParams>;
  private parameters: tf.Tensor1D;

  /**
   * - **calibration** – the ranges to start from
   * - **rangeRate** – about how much their ends move in a step, as a part of the range, see LearnedRanges; defaults to 0: they are fixed
   */
  constructor(private readonly teacher: Detector, private readonly scheme: Scheme, calibration: Calibration, private readonly rangeRate = 0) {
    this.graph = new Graph(teacher.config);
    const norms = new Set(this.graph.of("batchNorm").map(({ name }) => name));
    this.vector = new ParameterVector(new Map([...teacher.architecture.parameters].filter(([name]) => !norms.has(name.slice(0, name.lastIndexOf("."))))));
    this.learned = new LearnedRanges(calibration, rangeRate);
    this.qparams = this.qparamsOf(calibration);
    this.parameters = this.vector.pack(teacher.weights);
    this.optimizer = createOptimizer({ kind: "adamw", weightDecay: 0 }, this.vector.mask(() => false));
  }

  /** Takes the ranges anew, from images [n, h, w, 3] as the student sees them in float. */
  recalibrate(images: tf.Tensor4D): void {
    const detector = this.detector();
    const calibration = calibrate(detector, images, this.scheme.activations);
    detector.dispose();
    this.learned = new LearnedRanges(calibration, this.rangeRate);
    this.qparams = this.qparamsOf(calibration);
  }

  /** The ranges as they are now. */
  get ranges(): Calibration {
    return this.learned.calibration;
  }

  /** Loss and gradients of a batch. */
  pass(images: tf.Tensor4D, loss: StudentLoss): StudentGradients {
    const own = this.vector.unpack(this.parameters), { config, weights } = this.teacher, { kernels: rounded } = quantizeKernels(new Map([...weights, ...own]), this.graph, this.scheme);
    tf.engine().startScope();
    const ends = this.rangeRate ? new Map<string, [number, number]>() : undefined, tape = new StudentTape(new Map([...weights, ...own, ...rounded]), this.qparams, ends), input = tape.input(images);
    const { value } = respond(tape, config, input, loss);
    tape.backward();
    const gradient = input.grad!;
    tf.engine().endScope([gradient, ...tape.gradients.values()]);
    tf.dispose([...own.values(), ...rounded.values()]);
    return { loss: value, parameters: tape.gradients, ends, images: gradient };
  }

  /** A step along the sum of gradients of passes, shortened to length 1 if longer. */
  learn(passes: readonly Pick<StudentGradients, "parameters" | "ends">[], rate: number): void {
    for (const { ends } of passes) if (ends) this.learned.learn(ends);
    this.qparams = this.qparamsOf(this.ranges);
    const gradient = tf.tidy(() => {
      const sum = tf.addN(passes.map(({ parameters }) => this.vector.pack(parameters))), norm = sum.square().sum().sqrt();
      return sum.div(norm.maximum(1)) as tf.Tensor1D;
    });
    const next = this.optimizer.step(this.parameters, gradient, rate);
    tf.dispose([gradient, this.parameters]);
    this.parameters = next;
  }

  /** The float detector with what was learned; the caller disposes it. */
  detector(): Detector {
    const own = this.vector.unpack(this.parameters);
    return new Detector(this.teacher.config, new Map([...this.teacher.weights].map(([name, tensor]) => [name, own.get(name) ?? tensor.clone()])));
  }

  dispose(): void {
    this.parameters.dispose();
    this.optimizer.dispose();
  }

  private qparamsOf(calibration: Calibration): ReadonlyMap<string, QParams> {
    return chooseActivationQParams(this.teacher.config, this.graph, calibration, this.scheme, [...quantizationSites(this.graph, ["inputs"]).inputs.keys()]);
  }
}

/** Runs a tape to the loss of its responses and sets the gradients on them; call backward() next. Within a scope. */
export function respond(tape: Layers<Node>, config: Detector["config"], input: Node, loss: StudentLoss): { value: number } {
  const features = resnet(tape, config.resnet, input), { classLogits, boxRegression } = retinaNetOn(tape, config, features), levels = classLogits.length, stages = features.length;
  const value = accumulateGradients([...features, ...classLogits, ...boxRegression], (all) =>
    loss({ features: all.slice(0, stages), outputs: { classLogits: all.slice(stages, stages + levels), boxRegression: all.slice(stages + levels) } }));
  return { value };
}

class StudentTape extends QuantizingTape {
  constructor(private readonly own: Weights, qparams: ReadonlyMap<string, QParams>, ends?: Map<string, [number, number]>) {
    super(own, qparams, ends);
  }

  override input(value: tf.Tensor4D): Node {
    return new Node(value);
  }

  override batchNorm(name: string, x: Node): Node {
    const { scale, offset } = batchNormAffine(this.own, name), scaled = kernels.multiply(x.value, scale);
    const y = kernels.add(scaled, offset);
    tf.dispose([scaled, offset]);
    return this.record(new Node(y, true), (dy) => {
      x.accumulate(kernels.multiply(dy, scale));
      scale.dispose();
    });
  }
}
