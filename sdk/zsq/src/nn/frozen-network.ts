import * as tf from "@tensorflow/tfjs-node-gpu";
import { ChannelAffine } from "../tensor/kernels";
import { batchNormAffine } from "./inference";
import { weight, type Weights } from "./weights";

/** A stored batch normalization as x * scale + offset, [c] each. */
export interface FrozenBatchNorm {
  scale: tf.Tensor1D;
  offset: tf.Tensor1D;
  affine: ChannelAffine;
}

/**
 * What can be computed once for a network that runs again and again with the same weights: kernels turned for the way
 * back, batch normalizations as scale and offset. Each is made when first asked for; dispose() frees them, and not the
 * weights. It takes about as much memory as the weights.
 */
export class FrozenNetwork {
  private readonly turned = new Map<string, tf.Tensor4D>();
  private readonly pieces = new Map<string, tf.Tensor4D[]>();
  private readonly norms = new Map<string, FrozenBatchNorm>();

  constructor(readonly weights: Weights) {}

  /** The kernel of the convolution that carries gradients back at stride 1: see turnedKernel. */
  turnedKernel(name: string): tf.Tensor4D {
    let kernel = this.turned.get(name);
    if (!kernel) this.turned.set(name, (kernel = tf.keep(turnedKernel(weight(this.weights, `${name}.weight`)))));
    return kernel;
  }

  /** A 1 x 1 kernel, or its turned one, cut into pieces of 256 outputs. */
  piecesOf(name: string, turned: boolean): readonly tf.Tensor4D[] {
    const key = `${name} ${turned}`;
    let pieces = this.pieces.get(key);
    if (!pieces) {
      const w = weight<tf.Tensor4D>(this.weights, `${name}.weight`);
      pieces = tf.tidy(() => tf.split(turned ? turnedKernel(w) : w, w.shape[turned ? 2 : 3] / PIECE, 3));
      this.pieces.set(key, pieces.map((piece) => tf.keep(piece)));
    }
    return pieces;
  }

  batchNorm(name: string): FrozenBatchNorm {
    let norm = this.norms.get(name);
    if (!norm) {
      const { scale, offset } = batchNormAffine(this.weights, name);
      norm = { scale: tf.keep(scale), offset: tf.keep(offset), affine: new ChannelAffine(scale.size) };
      this.norms.set(name, norm);
    }
    return norm;
  }

  dispose(): void {
    tf.dispose([...this.turned.values(), ...[...this.pieces.values()].flat()]);
    for (const { scale, offset, affine } of this.norms.values()) {
      tf.dispose([scale, offset]);
      affine.dispose();
    }
    this.turned.clear();
    this.pieces.clear();
    this.norms.clear();
  }
}

const PIECE = 256;

/**
 * Whether a 1 x 1 convolution runs faster in pieces: where few pixels meet a large kernel, TensorFlow's product of
 * matrices falls to half its speed (measured on AVX-512; elsewhere it costs little).
 */
export const runsBetterInPieces = (pixels: number, inputs: number, outputs: number): boolean =>
  outputs > PIECE && outputs % PIECE === 0 && inputs >= PIECE && (pixels <= 400 || (inputs >= 1024 && outputs <= 1024));

/** w [k,k,ci,co] turned by 180 degrees, in and out swapped: [k,k,co,ci]. */
export function turnedKernel(w: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.transpose(w.shape[0] === 1 ? w : tf.reverse(w, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D);
}
