import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import { groupNorm, groupNormGradient } from "./group-norm";
import { batchNormAffine } from "./inference";
import { EPSILON, type Convolution, type Layers } from "./layers";
import { weight, type Weights } from "./weights";

/** A tensor on the tape and the gradient that has reached it so far. */
export class Node {
  grad: tf.Tensor4D | null = null;

  constructor(
    readonly value: tf.Tensor4D,
    /** not needed by its own backward step: the first relu or add that takes it frees its value */
    readonly transient = false,
    /** a gradient with respect to it is of use */
    readonly wanted = true,
  ) {}

  /** A node for a rounded copy of the value; its gradient is of use where this one's is. */
  rounded(value: tf.Tensor4D): Node {
    return new Node(value, false, this.wanted);
  }

  /** Adds g, which the node then owns. */
  accumulate(g: tf.Tensor4D): void {
    if (!this.grad) {
      this.grad = g;
      return;
    }
    const sum = kernels.add(this.grad, g);
    tf.dispose([this.grad, g]);
    this.grad = sum;
  }

  consume(): void {
    if (this.transient) this.value.dispose();
  }
}

type Backward = (dy: tf.Tensor4D) => void;

/** What the tape is for. */
export interface TapeOptions {
  /** "train": gradients of all parameters, batch normalization by the batch; "input": the gradient of the image alone, by stored statistics */
  mode: "train" | "input";
  /**
   * Called with what enters each batch normalization, x [n,h,w,c]. The returned a, b [n,1,1,c] are added to the gradient
   * of x as a * x + b: the form of the gradient of any loss on x's means and standard deviations.
   */
  onBatchNormInput?: (name: string, x: tf.Tensor4D) => { a: tf.Tensor4D | null; b: tf.Tensor4D };
}

/**
 * Computes the layers and, walking back, their gradients, on raw TensorFlow kernels. Buffers are freed as the backward
 * pass consumes them. Use it once, inside tf.tidy: forward, set the gradients of the outputs, backward().
 */
export class Tape implements Layers<Node> {
  /** After backward() in mode "train": gradient of each parameter by name. */
  readonly gradients = new Map<string, tf.Tensor>();
  /** After the forward pass in mode "train": each batch normalization's mean and (unbiased) variance of the batch. */
  readonly batchStatistics = new Map<string, { mean: tf.Tensor1D; variance: tf.Tensor1D }>();
  private readonly steps: { node: Node; backward: Backward; always?: () => void }[] = [];
  private readonly training: boolean;

  constructor(protected readonly weights: Weights, private readonly options: TapeOptions) {
    this.training = options.mode === "train";
  }

  /** The image, as the start of the network. */
  input(value: tf.Tensor4D): Node {
    return new Node(value, false, !this.training);
  }

  /** Walks back from the nodes whose grad was set, freeing values and gradients of all but the input. */
  backward(): void {
    for (const { node, backward, always } of this.steps.reverse()) {
      if (node.grad) {
        backward(node.grad);
        node.grad.dispose();
      }
      always?.();
      node.value.dispose();
    }
    this.steps.length = 0;
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
      if (this.training) {
        this.addGradient(`${name}.weight`, kernels.conv2dFilterGradient(x.value, w.shape, dy, window));
        if (bias) this.addGradient(`${name}.bias`, kernels.biasAddGradient(dy));
      }
      if (x.wanted) x.accumulate(this.convInputGradient(x.value.shape, w, dy, window));
    });
  }

  batchNorm(name: string, x: Node): Node {
    return this.training ? this.batchNormTraining(name, x) : this.batchNormStored(name, x);
  }

  groupNorm(name: string, x: Node, _channels: number, groups: number): Node {
    const gamma = weight(this.weights, `${name}.weight`);
    const { y, mean, inverseStd } = groupNorm(x.value, gamma, weight(this.weights, `${name}.bias`), groups);
    return this.record(new Node(y, true), (dy) => {
      const { dx, dgamma, dbeta } = groupNormGradient(dy, x.value, gamma, groups, { mean, inverseStd });
      x.accumulate(dx);
      tf.dispose([mean, inverseStd]);
      if (!this.training) return tf.dispose([dgamma, dbeta]);
      this.addGradient(`${name}.weight`, dgamma);
      this.addGradient(`${name}.bias`, dbeta);
    });
  }

  relu(x: Node): Node {
    const y = new Node(kernels.relu(x.value));
    x.consume();
    return this.record(y, (dy) => x.accumulate(kernels.reluGradient(dy, y.value)));
  }

  add(a: Node, b: Node): Node {
    const y = new Node(kernels.add(a.value, b.value), true);
    a.consume();
    b.consume();
    return this.record(y, (dy) => {
      a.accumulate(tf.clone(dy));
      b.accumulate(tf.clone(dy));
    });
  }

  maxPool(x: Node): Node {
    const window = { kernel: 3, stride: 2, pad: 0 };
    const padded = kernels.padImage(x.value, 1);
    const y = new Node(kernels.maxPool(padded, window));
    return this.record(y, (dy) => {
      const gradient = kernels.maxPoolGradient(padded, y.value, dy, window);
      x.accumulate(tf.slice4d(gradient, [0, 1, 1, 0], x.value.shape));
      tf.dispose([padded, gradient]);
    });
  }

  upsample(x: Node, like: Node): Node {
    const [, height, width] = x.value.shape;
    const y = kernels.resizeNearest(x.value, like.value.shape[1], like.value.shape[2]);
    return this.record(new Node(y, true), (dy) => x.accumulate(kernels.resizeNearestGradient(dy, height, width)));
  }

  scope(f: () => Node): Node {
    return f();
  }

  // At stride 1 the input gradient is an ordinary convolution with the kernel turned around, which is faster.
  private convInputGradient(shape: number[], w: tf.Tensor4D, dy: tf.Tensor4D, window: kernels.Window): tf.Tensor4D {
    if (window.stride !== 1) return kernels.conv2dInputGradient(shape, w, dy, window);
    const turned = turnedKernel(w);
    const dx = kernels.conv2d(dy, turned, window);
    turned.dispose();
    return dx;
  }

  private batchNormTraining(name: string, x: Node): Node {
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

  private batchNormStored(name: string, x: Node): Node {
    const { scale, offset } = batchNormAffine(this.weights, name);
    const scaled = kernels.multiply(x.value, scale);
    const y = new Node(kernels.add(scaled, offset), true);
    tf.dispose([scaled, offset]);
    const loss = this.options.onBatchNormInput?.(name, x.value);
    const fromLoss = loss ? (): void => x.accumulate(affine(x.value, loss.a, loss.b)) : undefined;
    return this.record(y, (dy) => x.accumulate(kernels.multiply(dy, scale)), fromLoss);
  }

  protected record(node: Node, backward: Backward, always?: () => void): Node {
    this.steps.push({ node, backward, always });
    return node;
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

/** The kernel of the convolution that carries gradients back: turned by 180 degrees, in and out swapped. */
function turnedKernel(w: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.transpose(w.shape[0] === 1 ? w : tf.reverse(w, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D);
}

/** a * x + b, or b alone spread over x. */
function affine(x: tf.Tensor4D, a: tf.Tensor4D | null, b: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => (a ? kernels.add(kernels.multiply(x, a), b) : tf.broadcastTo(b, x.shape)));
}
