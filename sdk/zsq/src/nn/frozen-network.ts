import * as tf from "@tensorflow/tfjs-node-gpu";
import { ChannelAffine } from "../tensor/kernels";
import { batchNormAffine } from "./inference";
import { parityKernels, type ParityKernel } from "./strided-gradient";
import { weight, type Weights } from "./weights";

/** A stored batch normalization as x * scale + offset, [c] each; no scale is 0. */
export interface FrozenBatchNorm {
  scale: tf.Tensor1D;
  offset: tf.Tensor1D;
  affine: ChannelAffine;
}

/** A convolution and what multiplies its output channels, [co]; null for nothing. */
export interface ScaledConvolution {
  name: string;
  scale: tf.Tensor1D | null;
}

const SMALLEST_SCALE = 1e-20; // far below what a channel can contribute, far enough from 0 to divide by

/**
 * What can be computed once for a network that runs again and again with the same weights: kernels for the way back,
 * times the scale of the batch normalization that follows, and batch normalizations as scale and offset. Each is made when
 * first asked for; dispose() frees them, and not the weights. It takes about as much memory as the weights.
 */
export class FrozenNetwork {
  private readonly kernels = new Map<string, tf.Tensor4D>();
  private readonly byParity = new Map<string, ParityKernel[]>();
  private readonly norms = new Map<string, FrozenBatchNorm>();

  constructor(readonly weights: Weights) {}

  /** The kernel of a convolution times the scale, [k,k,ci,co]. */
  scaledKernel(convolution: ScaledConvolution): tf.Tensor4D {
    return made(this.kernels, `${convolution.name} scaled`, () => this.scaled(convolution, (w) => tf.keep(tf.clone(w))));
  }

  /** The kernel that carries gradients back at stride 1: see turnedKernel. */
  turnedKernel(convolution: ScaledConvolution): tf.Tensor4D {
    return made(this.kernels, convolution.name, () => this.scaled(convolution, (w) => tf.keep(turnedKernel(w))));
  }

  /** The kernels that carry gradients back at stride 2: see parityKernels. */
  parityKernels(convolution: ScaledConvolution): readonly ParityKernel[] {
    return made(this.byParity, convolution.name, () => this.scaled(convolution, parityKernels));
  }

  batchNorm(name: string): FrozenBatchNorm {
    return made(this.norms, name, () => {
      const { scale, offset } = batchNormAffine(this.weights, name);
      const divisor = tf.tidy(() => tf.where(scale.abs().less(SMALLEST_SCALE), tf.fill(scale.shape, SMALLEST_SCALE), scale)) as tf.Tensor1D;
      scale.dispose();
      return { scale: tf.keep(divisor), offset: tf.keep(offset), affine: new ChannelAffine(scale.size) };
    });
  }

  dispose(): void {
    tf.dispose([...this.kernels.values()]);
    for (const { kernel } of [...this.byParity.values()].flat()) kernel?.dispose();
    for (const { scale, offset, affine } of this.norms.values()) {
      tf.dispose([scale, offset]);
      affine.dispose();
    }
    for (const known of [this.kernels, this.byParity, this.norms]) known.clear();
  }

  private scaled<R>({ name, scale }: ScaledConvolution, use: (w: tf.Tensor4D) => R): R {
    const w = weight<tf.Tensor4D>(this.weights, `${name}.weight`);
    if (!scale) return use(w);
    const scaled = w.mul<tf.Tensor4D>(scale), result = use(scaled);
    scaled.dispose();
    return result;
  }
}

function made<T>(known: Map<string, T>, key: string, make: () => T): T {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

/** w [k,k,ci,co] turned by 180 degrees, in and out swapped: [k,k,co,ci]. */
export function turnedKernel(w: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.transpose(w.shape[0] === 1 ? w : tf.reverse(w, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D);
}
