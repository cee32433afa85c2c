import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";

/** What the pixels of one parity of rows and columns get back from a convolution at stride 2. */
export interface ParityKernel {
  /** [taps,taps,co,ci]; null where no window reaches these pixels */
  kernel: tf.Tensor4D | null;
  padding: kernels.Padding;
}

/**
 * The kernel w [k,k,ci,co] of a convolution at stride 2, padded by (k - 1) / 2, taken apart for the gradient in its input:
 * pixels in even and odd rows and columns (4 parities, in the order of depthToSpace) meet different taps, and each
 * parity's gradient is a convolution at stride 1. The caller disposes the kernels, tf.tidy does not.
 */
export function parityKernels(w: tf.Tensor4D): ParityKernel[] {
  const [even, odd] = [0, 1].map((parity) => tapsOf(parity, w.shape[0]));
  return [[even, even], [even, odd], [odd, even], [odd, odd]].map(([rows, columns]) => ({
    kernel: rows.taps.length && columns.taps.length ? tf.keep(tf.tidy(() => tf.transpose(tf.gather(tf.gather(w, rows.taps, 0), columns.taps, 1), [0, 1, 3, 2]) as tf.Tensor4D)) : null,
    padding: [...rows.padding, ...columns.padding] as const,
  }));
}

/** Gradient [n,2h,2w,ci] of such a convolution in its input, from dy [n,h,w,co]. */
export function stridedInputGradient(dy: tf.Tensor4D, parts: readonly ParityKernel[]): tf.Tensor4D {
  return tf.tidy(() => {
    const gradients = parts.map(({ kernel, padding }) => kernel && kernels.conv2dPadded(dy, kernel, padding));
    const zeros = tf.zerosLike(gradients.find((g) => g !== null)!);
    return kernels.depthToSpace(tf.concat4d(gradients.map((g) => g ?? zeros), 3));
  });
}

// Output i takes input 2 i + tap - (k - 1) / 2: inputs of a parity meet every second tap, and these, in falling order, outputs in a row.
function tapsOf(parity: number, kernel: number): { taps: number[]; padding: readonly [number, number] } {
  const half = (kernel - 1) / 2, output = (tap: number): number => (parity + half - tap) / 2; // beside that of the pixel
  const taps = Array.from({ length: kernel }, (_, k) => kernel - 1 - k).filter((tap) => Number.isInteger(output(tap)));
  return { taps, padding: taps.length ? [-output(taps[0]), output(taps[taps.length - 1])] : [0, 0] };
}
