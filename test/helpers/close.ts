import assert from "node:assert/strict";

/** Fails unless |actual - expected| <= tolerance * scale everywhere, and says where the worst difference is; scale defaults to the largest |expected|. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, scale?: number): void {
  assert.equal(actual.length, expected.length, "number of values");
  let worst = 0, at = -1, largest = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= worst)) [worst, at] = [difference, i];
  }
  const allowed = tolerance * (scale ?? largest);
  assert.ok(worst <= allowed, `value ${at}: ${actual[at]}, expected ${expected[at]}, difference ${worst} > ${allowed}`);
}
