/** How much of a tensor shares one scale and zero point. */
export type Granularity = { readonly kind: "perTensor" } | { readonly kind: "perAxis"; readonly axis: number };

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

/** A tensor as runs of `inner` neighbouring values; run i belongs to group i % groups, each group having its own scale. */
export interface Groups {
  groups: number;
  inner: number;
}

/**
 * The groups of values that share a scale.
 *
 * - **shape** – shape of the tensor, in row-major order
 *
 * Throws if the tensor lacks the axis.
 *
 * @example groupsOf([3, 3, 32, 64], perAxis(3)) // { groups: 64, inner: 1 }
 */
export function groupsOf(shape: readonly number[], granularity: Granularity): Groups {
  const size = (axes: readonly number[]): number => axes.reduce((a, b) => a * b, 1);
  if (granularity.kind === "perTensor") return { groups: 1, inner: size(shape) };
  const { axis } = granularity;
  if (axis >= shape.length) throw new RangeError(`perAxis: invalid axis: ${axis}; expected less than ${shape.length}, the rank of [${shape}]`);
  return { groups: shape[axis], inner: size(shape.slice(axis + 1)) };
}
