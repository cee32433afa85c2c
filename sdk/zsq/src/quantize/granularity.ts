/** How much of a tensor shares one scale and zero point. */
export type Granularity =
  | { readonly kind: "perTensor" }
  | { readonly kind: "perAxis"; readonly axis: number }
  | { readonly kind: "perGroup"; readonly axis: number; readonly size: number };

/** One scale for the whole tensor: [1,32,32,64] -> 1 scale. */
export const perTensor: Granularity = Object.freeze({ kind: "perTensor" });

/**
 * One scale for each index of an axis, counted from 0: [3,3,32,64] with perAxis(3) -> 64 scales, one per output channel.
 *
 * Throws if the axis is not an integer >= 0.
 */
export function perAxis(axis: number): Granularity {
  if (!Number.isInteger(axis) || axis < 0) throw new RangeError(`perAxis: invalid axis: ${axis}; expected an integer >= 0`);
  return Object.freeze({ kind: "perAxis", axis });
}

/**
 * One scale for every `size` neighbouring indices of an axis, the last group being smaller where they do not fit:
 * [3,3,32,36] with perGroup(3, 16) -> 3 scales, for 16, 16 and 4 output channels.
 *
 * Throws if the axis is not an integer >= 0 or the size not one >= 1.
 */
export function perGroup(axis: number, size: number): Granularity {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`perGroup: invalid size: ${size}; expected an integer >= 1`);
  if (!Number.isInteger(axis) || axis < 0) throw new RangeError(`perGroup: invalid axis: ${axis}; expected an integer >= 0`);
  return Object.freeze({ kind: "perGroup", axis, size });
}

/** A tensor as runs of `inner` neighbouring values; run i is of index i % indices of the axis, and `size` indices share a group. */
export interface Groups {
  groups: number;
  inner: number;
  indices: number;
  size: number;
}

/**
 * The groups of values that share a scale.
 *
 * - **shape** – shape of the tensor, in row-major order
 *
 * Throws if the tensor lacks the axis.
 *
 * @example groupsOf([3, 3, 32, 64], perAxis(3)) // { groups: 64, inner: 1, indices: 64, size: 1 }
 */
export function groupsOf(shape: readonly number[], granularity: Granularity): Groups {
  const product = (axes: readonly number[]): number => axes.reduce((a, b) => a * b, 1);
  if (granularity.kind === "perTensor") return { groups: 1, inner: product(shape), indices: 1, size: 1 };
  const { axis, kind } = granularity, size = kind === "perGroup" ? granularity.size : 1;
  if (axis >= shape.length) throw new RangeError(`${kind}: invalid axis: ${axis}; expected less than ${shape.length}, the rank of [${shape}]`);
  return { groups: Math.ceil(shape[axis] / size), inner: product(shape.slice(axis + 1)), indices: shape[axis], size };
}

/** Calls visit(from, to, group) for each run of neighbouring values that share a group, in their order. */
export function forEachRun(shape: readonly number[], { inner, indices, size }: Groups, visit: (from: number, to: number, group: number) => void): void {
  const values = shape.reduce((a, b) => a * b, 1);
  for (let from = 0, index = 0; from < values; from += inner, index = index + 1 === indices ? 0 : index + 1) visit(from, from + inner, size === 1 ? index : Math.floor(index / size));
}
