import assert from "node:assert/strict";
import { Random } from "zsq";
import { entropyThreshold } from "zsq/dist/quantize/calibrators/entropy-threshold";

// the definition, bin by bin: all but the last bin as they are, the last with the tail, against spans spread evenly
function byDefinition(counts: readonly number[], levels: number): number | null {
  const bins = [counts[1], ...counts.slice(1)], sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  let index: number | null = null, least = Infinity;
  for (let i = levels; i <= bins.length; i++) {
    const inside = bins.slice(0, i), reference = [...inside.slice(0, -1), inside[i - 1] + sum(bins.slice(i))];
    const spans = Array.from({ length: levels }, (_, level) => inside.filter((__, k) => Math.floor((levels * k) / i) === level));
    const spread = inside.map((count, k) => {
      const span = spans[Math.floor((levels * k) / i)];
      return count === 0 ? 0 : sum(span) / span.filter((one) => one > 0).length;
    });
    const divergence = sum(reference.map((count, k) => (count === 0 ? 0 : (count / sum(reference)) * Math.log(count / sum(reference) / (spread[k] / sum(inside))))));
    if (divergence <= least) [index, least] = [i, divergence];
  }
  return index;
}

describe("entropyThreshold", () => {
  it("agrees with its definition, bin by bin", () => {
    const random = new Random(3);
    for (const levels of [2, 4, 8]) {
      for (let trial = 0; trial < 40; trial++) {
        const bins = 16 + random.integer(0, 40), filled = trial % 4 ? 1 : 0.5;
        const counts = Array.from({ length: bins }, (_, k) => (random.uniform() < filled ? Math.round(1000 * Math.exp(-k / 8) * random.uniform()) : 0));
        assert.equal(entropyThreshold(counts, levels).index, byDefinition(counts, levels), `${levels} levels: ${counts.join(" ")}`);
      }
    }
  });

  it("takes the last of equal minima: of bins that hold the same, all", () => {
    assert.deepEqual(entropyThreshold(Array<number>(64).fill(5), 4), { index: 64, divergence: 0 });
  });

  it("finds nothing in nothing", () => assert.deepEqual(entropyThreshold([7, 0, 0, 0, 0, 0, 0, 0], 4), { index: null, divergence: null }));

  it("clips a lone far value", () => {
    const counts = [...Array.from({ length: 32 }, (_, k) => 1000 - 20 * k), ...Array<number>(31).fill(0), 1];
    assert.equal(entropyThreshold(counts, 16).index, byDefinition(counts, 16));
    assert.ok(entropyThreshold(counts, 16).index! < 64);
  });
});
