import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import { runsBetterInPieces, type FrozenBatchNorm, type FrozenNetwork } from "./frozen-network";
import { groupNorm, groupNormGradient } from "./group-norm";
import type { Convolution } from "./layers";
import { Node, Tape } from "./tape";
import { weight } from "./weights";

/** Part of a loss's gradient in x [n,h,w,c]: a * x + b, with a and b [n,1,1,c], the form of any loss on x's means and deviations. */
export interface AffineGradient {
  a: tf.Tensor4D | null;
  b: tf.Tensor4D;
}

/** A loss on what enters the batch normalizations. */
export interface BatchNormLoss {
  /** the gradient has an `a`, so that x has to be kept */
  needsInput: boolean;
  /** called on the way forward with what enters a batch normalization */
  observe(name: string, x: tf.Tensor4D): void;
  /** called on the way back; the tape disposes nothing of it */
  gradient(name: string): AffineGradient;
}

/** Gradient of the image alone; the weights stay as they are, and batch normalization goes by its stored statistics. */
export class InputTape extends Tape {
  /** - **onGradient** – called with the gradient of what leaves each batch normalization, for diagnosis */
  constructor(private readonly network: FrozenNetwork, private readonly loss?: BatchNormLoss, private readonly onGradient?: (name: string, dy: tf.Tensor4D) => void) {
    super();
  }

  /** The image, as the start of the network; after backward() its grad is the result. */
  input(value: tf.Tensor4D): Node {
    return new Node(value);
  }

  conv(name: string, x: Node, { kernel, stride = 1, bias = false }: Convolution): Node {
    const w = weight<tf.Tensor4D>(this.network.weights, `${name}.weight`);
    const window = { kernel, stride, pad: (kernel - 1) / 2 };
    const plain = this.convolve(name, x.value, window, false);
    const y = bias ? chain(plain, (z) => kernels.biasAdd(z, weight(this.network.weights, `${name}.bias`))) : plain;
    const shape = x.value.shape;
    // a convolution without bias feeds a normalization and nothing else
    return this.record(new Node(y, !bias), (dy) => x.accumulate(this.convInputGradient(name, shape, w, dy, window)));
  }

  batchNorm(name: string, x: Node): Node {
    const norm = this.network.batchNorm(name);
    this.loss?.observe(name, x.value);
    const y = norm.affine.apply(x.value, norm.scale, norm.offset);
    if (!this.loss?.needsInput) x.consume();
    const backward = (dy: tf.Tensor4D): void => {
      this.onGradient?.(name, dy);
      x.accumulate(this.batchNormGradient(norm, dy, x.value, this.loss?.gradient(name)));
    };
    return this.record(new Node(y, true), backward, this.loss && (() => x.accumulate(spread(x.value, this.loss!.gradient(name)))));
  }

  groupNorm(name: string, x: Node, _channels: number, groups: number): Node {
    const gamma = weight(this.network.weights, `${name}.weight`);
    const { y, mean, inverseStd } = groupNorm(x.value, gamma, weight(this.network.weights, `${name}.bias`), groups);
    return this.record(new Node(y, true), (dy) => {
      const { dx, dgamma, dbeta } = groupNormGradient(dy, x.value, gamma, groups, { mean, inverseStd });
      x.accumulate(dx);
      tf.dispose([mean, inverseStd, dgamma, dbeta]);
    });
  }

  // with the kernel of that name, or its turned one
  private convolve(name: string, x: tf.Tensor4D, window: kernels.Window, turned: boolean): tf.Tensor4D {
    const w = weight<tf.Tensor4D>(this.network.weights, `${name}.weight`);
    const [inputs, outputs] = turned ? [w.shape[3], w.shape[2]] : [w.shape[2], w.shape[3]];
    const pixels = (x.shape[0] * x.shape[1] * x.shape[2]) / window.stride ** 2;
    if (window.kernel === 1 && runsBetterInPieces(pixels, inputs, outputs)) return kernels.conv2dInPieces(x, this.network.piecesOf(name, turned), window);
    return kernels.conv2d(x, turned ? this.network.turnedKernel(name) : w, window);
  }

  // At stride 1 an ordinary convolution with the turned kernel, which is faster; 1 x 1 at stride 2 the same, with zeros in between.
  private convInputGradient(name: string, shape: number[], w: tf.Tensor4D, dy: tf.Tensor4D, window: kernels.Window): tf.Tensor4D {
    const { kernel, stride } = window;
    if (stride === 1) return this.convolve(name, dy, window, true);
    const even = shape[1] % 2 === 0 && shape[2] % 2 === 0;
    if (kernel === 1 && stride === 2 && even) {
      return tf.tidy(() => {
        const dx = this.convolve(name, dy, { kernel, stride: 1, pad: 0 }, true);
        const [n, h, w, c] = dx.shape;
        return kernels.depthToSpace(tf.concat([dx, tf.zeros([n, h, w, 3 * c])], 3));
      });
    }
    return kernels.conv2dInputGradient(shape, w, dy, window);
  }

  // dy * scale + a * x + b, in as few passes as can be
  private batchNormGradient({ scale, affine }: FrozenBatchNorm, dy: tf.Tensor4D, x: tf.Tensor4D, loss?: AffineGradient): tf.Tensor4D {
    if (!loss) return kernels.multiply(dy, scale);
    const { a, b } = loss;
    return tf.tidy(() => {
      const fromAbove = dy.shape[0] === 1 ? affine.apply(dy, scale, b.reshape([b.size])) : chain(kernels.multiply(dy, scale), (y) => kernels.add(y, b));
      return a ? chain(fromAbove, (y) => kernels.add(y, kernels.multiply(x, a))) : fromAbove;
    });
  }
}

/** a * x + b, or b alone spread over x. */
function spread(x: tf.Tensor4D, { a, b }: AffineGradient): tf.Tensor4D {
  return tf.tidy(() => (a ? kernels.add(kernels.multiply(x, a), b) : tf.broadcastTo(b, x.shape)));
}

// f(y), y freed
function chain(y: tf.Tensor4D, f: (y: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D {
  const z = f(y);
  y.dispose();
  return z;
}
