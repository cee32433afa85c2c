import assert from "node:assert/strict";
import { bootstrapMap } from "zsq/dist/study/bootstrap-map";

const images = Array.from({ length: 20 }, (_, i) => ({ id: i + 1, width: 32, height: 32 }));
const groundTruth = {
  images, categories: [{ id: 1, name: "one" }],
  annotations: images.map(({ id }) => ({ id, image_id: id, category_id: 1, bbox: [4, 4, 16, 16], area: 256, iscrowd: 0 })),
};
// perfect on the first so many images, blind on the others
const seeing = (count: number) => ({
  imageIds: images.slice(0, count).map(({ id }) => id), categoryIds: new Array<number>(count).fill(1), scores: new Array<number>(count).fill(0.9),
  boxes: Float32Array.from({ length: 4 * count }, (_, i) => (i % 4 < 2 ? 4 : 16)),
});
const options = { resamples: 200, seed: 1 };
const spread = (samples: readonly number[]): number => Math.max(...samples) - Math.min(...samples);

describe("bootstrapMap", () => {
  it("has no spread where every image and every seed is perfect", () => {
    const { mean, samples } = bootstrapMap(groundTruth, [seeing(20), seeing(20)], options);
    assert.ok(Math.abs(mean - 1) < 1e-12);
    assert.ok(spread(samples) < 1e-12);
  });

  it("spreads over images", () => assert.ok(spread(bootstrapMap(groundTruth, [seeing(10)], options).samples) > 0.2));

  it("spreads over seeds as well: a perfect and a blind seed give 0, a half or 1", () => {
    const { mean, samples } = bootstrapMap(groundTruth, [seeing(20), seeing(0)], options);
    assert.ok(Math.abs(mean - 0.5) < 1e-12);
    assert.deepEqual([...new Set(samples.map((x) => Math.round(2 * x)))].sort(), [0, 1, 2]);
  });

  it("is the same for the same seed, and another for another", () => {
    const of = (seed: number): readonly number[] => bootstrapMap(groundTruth, [seeing(10)], { ...options, seed }).samples;
    assert.deepEqual(of(1), of(1));
    assert.notDeepEqual(of(1), of(2));
  });
});
