import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import type { FrozenBatchNorm, FrozenNetwork, ScaledConvolution } from "./frozen-network";
import { groupNorm, groupNormGradient } from "./group-norm";
import type { Convolution } from "./layers";
import { stridedInputGradient } from "./strided-gradient";
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

  /** A convolution without bias feeds a batch normalization and nothing else. */
  conv(name: string, x: Node, { kernel, stride = 1, bias = false }: Convolution): Node {
    const window = { kernel, stride, pad: (kernel - 1) / 2 };
    const plain = kernels.conv2d(x.value, weight(this.network.weights, `${name}.weight`), window);
    const y = new Convolved(bias ? chain(plain, (z) => kernels.biasAdd(z, weight(this.network.weights, `${name}.bias`))) : plain, !bias);
    const shape = x.value.shape;
    return this.record(y, (dy) => x.accumulate(this.convInputGradient({ name, scale: y.norm?.scale ?? null }, shape, dy, window)));
  }

  batchNorm(name: string, x: Node): Node {
    if (!(x instanceof Convolved)) throw new TypeError(`InputTape.batchNorm: invalid input of ${name}: not a convolution; expected the output of one`);
    const norm = (x.norm = this.network.batchNorm(name));
    this.loss?.observe(name, x.value);
    const y = norm.affine.apply(x.value, norm.scale, norm.offset);
    if (!this.loss?.needsInput) x.consume();
    const backward = (dy: tf.Tensor4D): void => {
      this.onGradient?.(name, dy);
      x.accumulate(this.loss ? addAffine(dy, x.value, norm, this.loss.gradient(name)) : tf.clone(dy));
    };
    return this.record(new Node(y, true), backward, this.loss && (() => x.accumulate(spread(x.value, norm, this.loss!.gradient(name)))));
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

  // At stride 1 an ordinary convolution with the turned kernel, at stride 2 four of them: both are faster than the kernel meant for it, save in few channels.
  private convInputGradient(convolution: ScaledConvolution, shape: number[], dy: tf.Tensor4D, window: kernels.Window): tf.Tensor4D {
    const [, height, width, channels] = shape;
    if (window.stride === 1) return kernels.conv2d(dy, this.network.turnedKernel(convolution), window);
    if (window.stride === 2 && height % 2 === 0 && width % 2 === 0 && channels > 3) return stridedInputGradient(dy, this.network.parityKernels(convolution));
    return kernels.conv2dInputGradient(shape, this.network.scaledKernel(convolution), dy, window);
  }
}

/** A convolution's output; the batch normalization that takes it leaves its scale to the convolution's kernel on the way back. */
class Convolved extends Node {
  norm: FrozenBatchNorm | null = null;
}

// dy + (a x + b) / scale
function addAffine(dy: tf.Tensor4D, x: tf.Tensor4D, { scale }: FrozenBatchNorm, { a, b }: AffineGradient): tf.Tensor4D {
  return tf.tidy(() => {
    const shifted = kernels.add(dy, kernels.divide(b, scale));
    return a ? chain(shifted, (y) => kernels.add(y, kernels.multiply(x, kernels.divide(a, scale)))) : shifted;
  });
}

// (a x + b) / scale, b alone spread over x
function spread(x: tf.Tensor4D, { scale }: FrozenBatchNorm, { a, b }: AffineGradient): tf.Tensor4D {
  return tf.tidy(() => {
    const offset = kernels.divide(b, scale);
    return a ? kernels.add(kernels.multiply(x, kernels.divide(a, scale)), offset) : tf.broadcastTo(offset, x.shape);
  });
}

// f(y), y freed
function chain(y: tf.Tensor4D, f: (y: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D {
  const z = f(y);
  y.dispose();
  return z;
}
