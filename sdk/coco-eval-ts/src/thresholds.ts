/**
 * n numbers from start to stop with equal steps, with the bits that numpy's linspace gives (n >= 2).
 *
 * These are not the decimal fractions: linspace(0.5, 0.95, 10)[8] is 0.8999999999999999, and an IoU that equals a
 * threshold counts as a match.
 */
export function linspace(start: number, stop: number, n: number): number[] {
  const step = (stop - start) / (n - 1);
  return Array.from({ length: n }, (_, i) => (i === n - 1 ? stop : start + i * step));
}

/** COCO's ten IoU thresholds .5, .55, ... .95. */
export const iouThresholds = (): number[] => linspace(0.5, 0.95, 10);

/** COCO's 101 recall thresholds 0, .01, ... 1. */
export const recallThresholds = (): number[] => linspace(0, 1, 101);

/** The same without small, for keypoints. */
export const keypointAreaRanges = (): [number, number][] => areaRanges().filter((_, a) => a !== 1);

/** COCO's four ranges of area (all, small, medium, large) in square pixels. */
export const areaRanges = (): [number, number][] => [[0, 1e10], [0, 1024], [1024, 9216], [9216, 1e10]];
