import type { Keypoints } from "./keypoints";

/** Reads the keypoints of an object as the n-th; throws what `fault` makes of a list of another length or without numbers. */
export function readPoints(value: unknown, { points, sigmas }: Keypoints, n: number, fault: (value: unknown, rule: string, within?: string) => Error): void {
  const width = 3 * sigmas.length;
  if (!Array.isArray(value) || value.length !== width) throw fault(value, `${width} numbers: x, y and visibility of each keypoint`);
  for (let c = 0; c < width; c++) {
    if (!Number.isFinite(value[c])) throw fault(value[c], "a finite number", `/${c}`);
    points[n * width + c] = value[c] as number;
  }
}
