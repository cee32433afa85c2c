import * as tf from "@tensorflow/tfjs-node-gpu";

/** A loss on the images [n, h, w, 3] alone, differentiable; averaged over images. */
export type ImagePrior = (images: tf.Tensor4D) => tf.Scalar;

// differences of neighbours: right, down, and both diagonals
function differences(x: tf.Tensor4D): tf.Tensor4D[] {
  const [n, h, w, c] = x.shape;
  const at = (row: number, column: number, rows: number, columns: number): tf.Tensor4D => x.slice([0, row, column, 0], [n, rows, columns, c]);
  return [
    at(0, 1, h, w - 1).sub(at(0, 0, h, w - 1)), at(1, 0, h - 1, w).sub(at(0, 0, h - 1, w)),
    at(1, 1, h - 1, w - 1).sub(at(0, 0, h - 1, w - 1)), at(1, 0, h - 1, w - 1).sub(at(0, 1, h - 1, w - 1)),
  ];
}

/**
 * Total variation: the sum of the norms of the differences to right, lower and both diagonal neighbours, each norm over
 * the batch. Source: DeepInversion's image prior.
 */
export const totalVariationL2: ImagePrior = (x) => differences(x).map((d) => d.square().sum().add(1e-12).sqrt()).reduce((a, b) => a.add(b)) as tf.Scalar;

/** The mean magnitude of the same differences, summed over the four directions. */
export const totalVariationL1: ImagePrior = (x) => differences(x).map((d) => d.abs().mean()).reduce((a, b) => a.add(b)) as tf.Scalar;

/** The mean over images of their Euclidean norm. */
export const imageNorm: ImagePrior = (x) => x.square().sum([1, 2, 3]).add(1e-12).sqrt().mean() as tf.Scalar;

/** The weighted sum of priors. */
export const priors = (...terms: readonly (readonly [number, ImagePrior])[]): ImagePrior => (x) => terms.map(([factor, prior]) => prior(x).mul(factor)).reduce((a, b) => a.add(b)) as tf.Scalar;
