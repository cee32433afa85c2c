import * as tf from "@tensorflow/tfjs-node-gpu";
import * as kernels from "../tensor/kernels";
import { groupNorm } from "./group-norm";
import { EPSILON, type Convolution, type Layers } from "./layers";
import { weight, type Weights } from "./weights";

/** Computes the layers, batch normalization by its stored statistics. Run it inside tf.tidy. */
export class InferenceLayers implements Layers<tf.Tensor4D> {
  constructor(protected readonly weights: Weights) {}

  conv(name: string, x: tf.Tensor4D, { kernel, stride = 1, bias = false }: Convolution): tf.Tensor4D {
    const y = kernels.conv2d(x, this.convWeight(name), { kernel, stride, pad: (kernel - 1) / 2 });
    return bias ? kernels.biasAdd(y, weight(this.weights, `${name}.bias`)) : y;
  }

  /** The kernel of a convolution; a quantized detector overrides it. */
  protected convWeight(name: string): tf.Tensor {
    return weight(this.weights, `${name}.weight`);
  }

  batchNorm(name: string, x: tf.Tensor4D): tf.Tensor4D {
    const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((key) => weight(this.weights, `${name}.${key}`));
    return kernels.batchNorm(x, gamma, beta, mean, variance, EPSILON);
  }

  groupNorm(name: string, x: tf.Tensor4D, _channels: number, groups: number): tf.Tensor4D {
    return groupNorm(x, weight(this.weights, `${name}.weight`), weight(this.weights, `${name}.bias`), groups).y;
  }

  relu(x: tf.Tensor4D): tf.Tensor4D { return kernels.relu(x); }
  add(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D { return kernels.add(a, b); }
  maxPool(x: tf.Tensor4D): tf.Tensor4D { return kernels.maxPool(kernels.padImage(x, 1), { kernel: 3, stride: 2, pad: 0 }); }
  upsample(x: tf.Tensor4D, like: tf.Tensor4D): tf.Tensor4D { return kernels.resizeNearest(x, like.shape[1], like.shape[2]); }
  scope(f: () => tf.Tensor4D): tf.Tensor4D { return tf.tidy(f); }
}

/** Stored batch normalization as x * scale + offset; both [c], the caller disposes. */
export function batchNormAffine(weights: Weights, name: string): { scale: tf.Tensor1D; offset: tf.Tensor1D } {
  const get = (key: string): tf.Tensor1D => weight(weights, `${name}.${key}`);
  return tf.tidy(() => {
    const scale = get("weight").div(get("running_var").add(EPSILON).sqrt()) as tf.Tensor1D;
    return { scale, offset: get("bias").sub(get("running_mean").mul(scale)) as tf.Tensor1D };
  });
}
