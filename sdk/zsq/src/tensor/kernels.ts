// Typed access to the TensorFlow kernels that tfjs-node does not expose as they are: explicit padding,
// gradients of single layers, fused batch normalization. Every function returns new tensors that the caller disposes
// (or an enclosing tf.tidy); none disposes its inputs.
import "./node-compat";
import * as tf from "@tensorflow/tfjs-node-gpu";

/** Where a convolution or pooling window sits: equal strides and zero padding in both directions, in pixels. */
export interface Window {
  kernel: number;
  stride: number;
  pad: number;
}

/** Zero padding of an image, in pixels: above, below, left, right. */
export type Padding = readonly [number, number, number, number];

interface Attribute { name: string; type: number; value: unknown }
interface NodeBackend {
  isUsingGpuDevice?: boolean;
  binding: Record<"TF_ATTR_INT" | "TF_ATTR_STRING" | "TF_ATTR_BOOL" | "TF_ATTR_FLOAT" | "TF_ATTR_TYPE" | "TF_FLOAT" | "TF_INT32", number>;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
}

const backend = tf.backend() as unknown as NodeBackend;
const { TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;

const int = (name: string, value: number | number[]): Attribute => ({ name, type: TF_ATTR_INT, value });
const text = (name: string, value: string): Attribute => ({ name, type: TF_ATTR_STRING, value });
const flag = (name: string, value: boolean): Attribute => ({ name, type: TF_ATTR_BOOL, value });
const float = (name: string, value: number): Attribute => ({ name, type: TF_ATTR_FLOAT, value });
const type = (name: string, value: number): Attribute => ({ name, type: TF_ATTR_TYPE, value });
const T = type("T", TF_FLOAT);
const one = <R extends tf.Tensor = tf.Tensor4D>(name: string, attributes: Attribute[], ...inputs: tf.Tensor[]): R =>
  backend.executeSingleOutput(name, attributes, inputs) as R;

/** `f` with its results kept by the key of its argument: attribute lists are built once per geometry. */
function cached<A>(key: (argument: A) => string, f: (argument: A) => Attribute[]): (argument: A) => Attribute[] {
  const known = new Map<string, Attribute[]>();
  return (argument) => {
    const k = key(argument);
    let attributes = known.get(k);
    if (!attributes) known.set(k, (attributes = f(argument)));
    return attributes;
  };
}

const convAttributes = cached(({ stride, padding }: { stride: number; padding: Padding }) => `${stride},${padding.join()}`, ({ stride, padding }) => [
  T, int("strides", [1, stride, stride, 1]), text("data_format", "NHWC"), flag("use_cudnn_on_gpu", true), int("dilations", [1, 1, 1, 1]),
  ...(padding.some(Boolean) ? [text("padding", "EXPLICIT"), int("explicit_paddings", [0, 0, ...padding, 0, 0])] : [text("padding", "VALID")]),
]);
const windowAttributes = ({ stride, pad }: Window): Attribute[] => convAttributes({ stride, padding: [pad, pad, pad, pad] });
const poolAttributes = cached(({ kernel, stride }: Window) => `${kernel},${stride}`, ({ kernel, stride }) => [
  T, int("ksize", [1, kernel, kernel, 1]), int("strides", [1, stride, stride, 1]), text("data_format", "NHWC"), text("padding", "VALID"), int("explicit_paddings", []),
]);
const oneDnnPoolAttributes = cached(({ kernel, stride }: Window) => `${kernel},${stride}`, (window) => [...poolAttributes(window), flag("workspace_enabled", true), text("_kernel", "MklNameChangeOp")]);
const batchNormAttributes = cached((o: { training: boolean; epsilon: number }) => `${o.training},${o.epsilon}`, ({ training, epsilon }) => [
  T, type("U", TF_FLOAT), float("epsilon", epsilon), text("data_format", "NHWC"), flag("is_training", training),
]);
const MEAN = [flag("keep_dims", true), T, type("Tidx", TF_INT32)];
const RESIZE = [T, flag("align_corners", false), flag("half_pixel_centers", false)];

const shapeOf = (shape: number[]): tf.Tensor1D => tf.tensor1d(shape, "int32");

/** x [n,h,w,ci] convolved with w [kh,kw,ci,co]. */
export const conv2d = (x: tf.Tensor, w: tf.Tensor, window: Window): tf.Tensor4D => one("Conv2D", windowAttributes(window), x, w);

/** The same at stride 1 with a padding of its own on each side. */
export const conv2dPadded = (x: tf.Tensor, w: tf.Tensor, padding: Padding): tf.Tensor4D => one("Conv2D", convAttributes({ stride: 1, padding }), x, w);

/** Gradient of conv2d in x, of shape xShape, from dy [n,ho,wo,co]. */
export function conv2dInputGradient(xShape: number[], w: tf.Tensor, dy: tf.Tensor, window: Window): tf.Tensor4D {
  const shape = shapeOf(xShape);
  const dx = one("Conv2DBackpropInput", windowAttributes(window), shape, w, dy);
  shape.dispose();
  return dx;
}

/** Gradient of conv2d in w, of shape wShape. */
export function conv2dFilterGradient(x: tf.Tensor, wShape: number[], dy: tf.Tensor, window: Window): tf.Tensor4D {
  const shape = shapeOf(wShape);
  const dw = one("Conv2DBackpropFilter", windowAttributes(window), x, shape, dy);
  shape.dispose();
  return dw;
}

export const biasAdd = (x: tf.Tensor, bias: tf.Tensor): tf.Tensor4D => one("BiasAdd", [T, text("data_format", "NHWC")], x, bias);
export const biasAddGradient = (dy: tf.Tensor): tf.Tensor1D => one("BiasAddGrad", [T, text("data_format", "NHWC")], dy);

export const relu = (x: tf.Tensor): tf.Tensor4D => one("Relu", [T], x);
/** Gradient of relu in its input, from its output y. */
export const reluGradient = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor4D => one("ReluGrad", [T], dy, y);

export const add = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D => one("AddV2", [T], a, b);
export const divide = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D => one("RealDiv", [T], a, b);
export const multiply = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D => one("Mul", [T], a, b);
/** (a - b)^2, b broadcast. */
export const squaredDifference = (a: tf.Tensor, b: tf.Tensor): tf.Tensor4D => one("SquaredDifference", [T], a, b);

/** Mean over height and width: [n,h,w,c] -> [n,1,1,c]. */
export function spatialMean(x: tf.Tensor): tf.Tensor4D {
  const axes = tf.tensor1d([1, 2], "int32");
  const mean = one("Mean", MEAN, x, axes);
  axes.dispose();
  return mean;
}

/** [n,h,w,4c] -> [n,2h,2w,c]: the channels (i, j, c) of a pixel become the pixels (i, j) of a square of two by two. */
export const depthToSpace = (x: tf.Tensor): tf.Tensor4D => one("DepthToSpace", [T, int("block_size", 2), text("data_format", "NHWC")], x);
/** [n,2h,2w,c] -> [n,h,w,4c], the inverse of depthToSpace. */
export const spaceToDepth = (x: tf.Tensor): tf.Tensor4D => one("SpaceToDepth", [T, int("block_size", 2), text("data_format", "NHWC")], x);

/** Zero padding of `pad` pixels on every side; relies on x >= 0 where a maximum follows. */
export function padImage(x: tf.Tensor4D, pad: number): tf.Tensor4D {
  return pad ? tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]) : tf.clone(x);
}

/** Maximum over windows inside x (no padding). */
export const maxPool = (x: tf.Tensor, window: Window): tf.Tensor4D => one("MaxPool", poolAttributes(window), x);

/** maxPool with what its gradient needs besides x; null where TensorFlow finds the maxima again. */
export interface TracedMaxPool {
  y: tf.Tensor4D;
  maxima: tf.Tensor | null;
}

/** maxPool for a gradient to follow. */
export function maxPoolTraced(x: tf.Tensor, window: Window): TracedMaxPool {
  if (!hasOneDnnKernels()) return { y: maxPool(x, window), maxima: null };
  const [y, maxima] = backend.executeMultipleOutputs("_MklNativeMaxPool", oneDnnPoolAttributes(window), [x], 2);
  return { y: y as tf.Tensor4D, maxima };
}

/** Gradient of maxPoolTraced in its input x. */
export const maxPoolGradient = (x: tf.Tensor, { y, maxima }: TracedMaxPool, dy: tf.Tensor, window: Window): tf.Tensor4D =>
  maxima ? one("_MklNativeMaxPoolGrad", oneDnnPoolAttributes(window), x, y, dy, maxima) : one("MaxPoolGrad", poolAttributes(window), x, y, dy);

let oneDnnKernels: boolean | undefined;

/** Whether kernels of oneDNN that TensorFlow has but does not choose can be asked for by name: on x86, not on a GPU. */
function hasOneDnnKernels(): boolean {
  if (oneDnnKernels === undefined) {
    const x = tf.zeros([1, 2, 2, 1]), window = { kernel: 2, stride: 2, pad: 0 };
    try {
      tf.dispose(backend.executeMultipleOutputs("_MklNativeMaxPool", oneDnnPoolAttributes(window), [x], 2));
      oneDnnKernels = backend.isUsingGpuDevice !== true;
    } catch {
      oneDnnKernels = false;
    }
    x.dispose();
  }
  return oneDnnKernels;
}

/** Nearest-neighbour resize to [height, width]: pixel i comes from floor(i * in / out), as torch's mode "nearest". */
export function resizeNearest(x: tf.Tensor, height: number, width: number): tf.Tensor4D {
  const size = shapeOf([height, width]);
  const y = one("ResizeNearestNeighbor", RESIZE, x, size);
  size.dispose();
  return y;
}

/** Gradient of resizeNearest in its input of size [height, width]. */
export function resizeNearestGradient(dy: tf.Tensor, height: number, width: number): tf.Tensor4D {
  const size = shapeOf([height, width]);
  const dx = one("ResizeNearestNeighborGrad", RESIZE, dy, size);
  size.dispose();
  return dx;
}

/** Batch normalization by the statistics of the batch, with what its gradient needs. */
export interface TrainedBatchNorm {
  y: tf.Tensor4D;
  /** [c], over n, h, w */
  mean: tf.Tensor1D;
  /** [c], unbiased */
  variance: tf.Tensor1D;
  reserve: tf.Tensor[];
}

/** gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and variance those of the batch. */
export function batchNormTraining(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): TrainedBatchNorm {
  const empty = tf.tensor1d([], "float32");
  const [y, mean, variance, ...reserve] = backend.executeMultipleOutputs(
    "FusedBatchNormV3", batchNormAttributes({ training: true, epsilon }), [x, gamma, beta, empty, empty], 6);
  empty.dispose();
  return { y: y as tf.Tensor4D, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D, reserve };
}

/** gamma * (x - mean) / sqrt(variance + epsilon) + beta per channel, [c] each, in one pass. */
export function batchNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, epsilon: number): tf.Tensor4D {
  const [y, ...unused] = backend.executeMultipleOutputs("FusedBatchNormV3", batchNormAttributes({ training: false, epsilon }), [x, gamma, beta, mean, variance], 6);
  tf.dispose(unused);
  return y as tf.Tensor4D;
}

const UNIT_EPSILON = 1e-3;

/** Applies x * scale + offset per channel, [c] each, in one pass; holds what the kernel needs besides: dispose() frees it. */
export class ChannelAffine {
  private readonly mean: tf.Tensor1D;
  private readonly variance: tf.Tensor1D;

  constructor(channels: number) {
    this.mean = tf.keep(tf.zeros([channels]));
    this.variance = tf.keep(tf.fill([channels], 1 - UNIT_EPSILON));
  }

  apply(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor4D {
    return batchNorm(x, scale, offset, this.mean, this.variance, UNIT_EPSILON);
  }

  dispose(): void {
    tf.dispose([this.mean, this.variance]);
  }
}

/** Gradients of batchNormTraining in x, gamma and beta. */
export function batchNormTrainingGradient(dy: tf.Tensor, x: tf.Tensor, gamma: tf.Tensor, reserve: tf.Tensor[], epsilon: number): [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D] {
  const [dx, dgamma, dbeta, ...unused] = backend.executeMultipleOutputs(
    "FusedBatchNormGradV3", batchNormAttributes({ training: true, epsilon }), [dy, x, gamma, ...reserve], 5);
  tf.dispose(unused);
  return [dx as tf.Tensor4D, dgamma as tf.Tensor1D, dbeta as tf.Tensor1D];
}

/** x rounded to the 2^bits levels (one less if narrow) between low and high, low <= 0 <= high, gradient not defined. */
export const fakeQuantWithRange = (x: tf.Tensor, low: number, high: number, bits: number, narrow = false): tf.Tensor4D =>
  one("FakeQuantWithMinMaxArgs", [float("min", low), float("max", high), int("num_bits", bits), flag("narrow_range", narrow)], x);

/** Gradients of fakeQuantWithRange by the straight-through estimator: in x, dy where x lies within the range, else 0; in low and high (scalars), the sum of dy below and above it. */
export function fakeQuantGradient(dy: tf.Tensor, x: tf.Tensor, low: number, high: number, bits: number, narrow = false): { dx: tf.Tensor4D; dlow: tf.Tensor; dhigh: tf.Tensor } {
  const ends = [tf.scalar(low), tf.scalar(high)];
  const [dx, dlow, dhigh] = backend.executeMultipleOutputs("FakeQuantWithMinMaxVarsGradient", [int("num_bits", bits), flag("narrow_range", narrow)], [dy, x, ...ends], 3);
  tf.dispose(ends);
  return { dx: dx as tf.Tensor4D, dlow, dhigh };
}

/** The k largest values of each row of x [..., m], in falling order; k <= m. */
export function topK(x: tf.Tensor, k: number): tf.Tensor {
  const count = tf.scalar(k, "int32");
  const [values, indices] = backend.executeMultipleOutputs("TopKV2", [flag("sorted", true), T, type("Tk", TF_INT32), type("index_type", TF_INT32)], [x, count], 2);
  tf.dispose([count, indices]);
  return values;
}
