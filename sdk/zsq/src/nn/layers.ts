/** A convolution with square kernel: weight `<name>.weight` [kernel, kernel, in, out], and `<name>.bias` [out] where bias is true. */
export interface Convolution {
  in: number;
  out: number;
  kernel: number;
  stride?: number;
  bias?: boolean;
}

/**
 * The layers a detector is made of. The network is written once (resnet.ts, fpn.ts, head.ts) against this interface;
 * what a layer does is the choice of who interprets it:
 *
 * - the tracer of Graph writes down values, shapes and who uses what, without computing anything;
 * - InferenceLayers computes; its subclasses observe (calibration) or fake-quantize what enters each convolution;
 * - Tape computes and keeps what the backward pass needs: TrainingTape for training, InputTape for distillation.
 *
 * T is what flows between layers. Convolutions pad by (kernel - 1) / 2, as torchvision does at every stride.
 */
export interface Layers<T> {
  conv(name: string, x: T, geometry: Convolution): T;
  /** Normalizes `channels` channels by `<name>.{weight,bias,running_mean,running_var}`; x is a convolution's output and goes nowhere else. */
  batchNorm(name: string, x: T, channels: number): T;
  groupNorm(name: string, x: T, channels: number, groups: number): T;
  relu(x: T): T;
  add(a: T, b: T): T;
  /** 3 x 3, stride 2, padding 1; x must be >= 0. */
  maxPool(x: T): T;
  /** Nearest-neighbour resize to the height and width of `like`. */
  upsample(x: T, like: T): T;
  /** Runs f and releases what it made and does not return. */
  scope(f: () => T): T;
}

/** Batch normalization's epsilon, that of torchvision's ResNet and GroupNorm. */
export const EPSILON = 1e-5;
