import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { entropy, histogramPercentile, minMax, normals, percentile } from "zsq";
import { createObserver } from "zsq/dist/quantize/calibrators/observer";
import { observeTensor } from "zsq/dist/quantize/calibrators/observe-tensor";
import { assertNoLeaks } from "../../../helpers/no-leaks";

const SIZE = 2 ** 16;
const draw = (seed: number): Float32Array => normals(seed, 0, SIZE);
const families: Record<string, (seed: number) => Float32Array> = {
  normal: draw,
  relu: (seed) => draw(seed).map((x) => Math.max(x, 0)),
  "cut at both ends": (seed) => draw(seed).map((x) => Math.min(Math.max(x, -1), 2)),
  "above one": (seed) => draw(seed).map((x) => 1 + x * x),
  "below zero": (seed) => draw(seed).map((x) => -0.01 - Math.abs(x)),
  "growing, then small": (seed) => draw(seed).map((x) => x ** 3 * (seed < 4 ? seed : 0.01)),
  "sorted, so that extremes lie together": (seed) => draw(seed).map((x) => seed * x).sort(),
  "a few at a time, lying together": (seed) => Float32Array.from(draw(seed), (x, i) => (seed > 1 && i % 6553 < 6 ? 3 * x + 8 : x)),
  constant: () => new Float32Array(SIZE).fill(-3.5),
  zeros: () => new Float32Array(SIZE),
};

describe("observeTensor", () => {
  const specs = [percentile(99.99), percentile(99.9), minMax(), histogramPercentile(99.99), histogramPercentile(99.9), histogramPercentile(100), entropy(8)];

  for (const [family, values] of Object.entries(families)) {
    it(`chooses the range that looking at all values gives: ${family}`, () => assertNoLeaks(() => {
      for (const spec of specs) {
        const [fast, whole] = [0, 1].map(() => createObserver(spec, "values", 6 * SIZE));
        for (let seed = 1; seed <= 6; seed++) {
          const batch = values(seed), x = tf.tensor(batch, [2, 32, 32, 32]);
          observeTensor(fast, x);
          whole.add(batch);
          x.dispose();
        }
        assert.deepEqual(fast.range(), whole.range(), JSON.stringify(spec));
      }
    }));
  }

  it("copies a small part of large tensors only", () => {
    const observer = createObserver(percentile(99.99), "values", SIZE), x = tf.tensor(draw(1)), add = observer.add.bind(observer);
    let seen = 0;
    observer.add = (values) => add(values.subarray((seen += values.length) * 0));
    observeTensor(observer, x);
    assert.ok(seen > 0 && seen < SIZE / 10, `${seen} of ${SIZE}`);
    x.dispose();
  });

  it("refuses a value that is not finite, wherever it is", () => assertNoLeaks(() => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const batch = draw(1), observer = createObserver(percentile(99.99), "input of a", SIZE);
      batch[SIZE / 2 + 1] = value;
      const x = tf.tensor(batch);
      assert.throws(() => observeTensor(observer, x), { message: `calibrate: invalid input of a: ${value}; expected finite values` });
      x.dispose();
    }
  }));
});
