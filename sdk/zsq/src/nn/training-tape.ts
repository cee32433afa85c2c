import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import { groupNorm, groupNormGradient } from "./group-norm";
import { turnedKernel } from "./frozen-network";
import { EPSILON, type Convolution } from "./layers";
import { Node, Tape } from "./tape";
import { weight, type Weights } from "./weights";

/** Gradients of all parameters; batch normalization by the batch. */
export class TrainingTape extends Tape {
  /** After backward(): gradient of each parameter by name. */
  readonly gradients = new Map<string, tf.Tensor>();
  /** After the forward pass: each batch normalization's mean and (unbiased) variance of the batch. */
  readonly batchStatistics = new Map<string, { mean: tf.Tensor1D; variance: tf.Tensor1D }>();

  constructor(protected readonly weights: Weights) {
    super();
  }

  /** The image, as the start of the network. */
  input(value: tf.Tensor4D): Node {
    return new Node(value, false, false);
  }

  conv(name: string, x: Node, { kernel, stride = 1, bias = false }: Convolution): Node {
    const w = weight<tf.Tensor4D>(this.weights, `${name}.weight`);
    const window = { kernel, stride, pad: (kernel - 1) / 2 };
    let y = kernels.conv2d(x.value, w, window);
    if (bias) {
      const plain = y;
      y = kernels.biasAdd(plain, weight(this.weights, `${name}.bias`));
      plain.dispose();
    }
    return this.record(new Node(y), (dy) => {
      this.addGradient(`${name}.weight`, kernels.conv2dFilterGradient(x.value, w.shape, dy, window));
      if (bias) this.addGradient(`${name}.bias`, kernels.biasAddGradient(dy));
      if (x.wanted) x.accumulate(inputGradient(x.value.shape, w, dy, window));
    });
  }

  batchNorm(name: string, x: Node): Node {
    const gamma = weight(this.weights, `${name}.weight`);
    const { y, mean, variance, reserve } = kernels.batchNormTraining(x.value, gamma, weight(this.weights, `${name}.bias`), EPSILON);
    this.batchStatistics.set(name, { mean, variance });
    return this.record(new Node(y, true), (dy) => {
      const [dx, dgamma, dbeta] = kernels.batchNormTrainingGradient(dy, x.value, gamma, reserve, EPSILON);
      tf.dispose(reserve);
      x.accumulate(dx);
      this.addGradient(`${name}.weight`, dgamma);
      this.addGradient(`${name}.bias`, dbeta);
    });
  }

  groupNorm(name: string, x: Node, _channels: number, groups: number): Node {
    const gamma = weight(this.weights, `${name}.weight`);
    const { y, mean, inverseStd } = groupNorm(x.value, gamma, weight(this.weights, `${name}.bias`), groups);
    return this.record(new Node(y, true), (dy) => {
      const { dx, dgamma, dbeta } = groupNormGradient(dy, x.value, gamma, groups, { mean, inverseStd });
      x.accumulate(dx);
      tf.dispose([mean, inverseStd]);
      this.addGradient(`${name}.weight`, dgamma);
      this.addGradient(`${name}.bias`, dbeta);
    });
  }

  private addGradient(name: string, gradient: tf.Tensor): void {
    const known = this.gradients.get(name);
    if (!known) {
      this.gradients.set(name, gradient);
      return;
    }
    this.gradients.set(name, kernels.add(known, gradient));
    tf.dispose([known, gradient]);
  }
}

// at stride 1 the input gradient is an ordinary convolution with the kernel turned around, which is faster
function inputGradient(shape: number[], w: tf.Tensor4D, dy: tf.Tensor4D, window: kernels.Window): tf.Tensor4D {
  if (window.stride !== 1) return kernels.conv2dInputGradient(shape, w, dy, window);
  const turned = turnedKernel(w);
  const dx = kernels.conv2d(dy, turned, window);
  turned.dispose();
  return dx;
}
