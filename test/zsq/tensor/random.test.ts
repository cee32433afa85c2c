import assert from "node:assert/strict";
import { normals, Random } from "zsq";

describe("Random", () => {
  it("is Philox4x32-10: the published known answer", () => {
    const random = new Random(0);
    assert.deepEqual([0, 1, 2, 3].map(() => random.uint32()), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  it("draws the same from the same seed and stream, other from others", () => {
    const draw = (seed: number, stream: number): number => new Random(seed, stream).uniform();
    assert.equal(draw(1, 2), draw(1, 2));
    assert.equal(new Set([draw(1, 2), draw(1, 3), draw(2, 2), draw(2 ** 40 + 1, 2)]).size, 4);
  });

  it("has the moments of N(0, 1)", () => {
    const values = normals(3, 0, 200_000);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean) < 0.01 && Math.abs(variance - 1) < 0.01, `${mean}, ${variance}`);
  });

  it("permutes", () => {
    assert.deepEqual([...new Random(1).permutation(50)].sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
  });

  it("refuses seeds and streams that are no whole numbers in range", () => {
    assert.throws(() => new Random(-1), { message: "Random: invalid seed: -1; expected an integer in [0, 2^53)" });
    assert.throws(() => new Random(1, 2 ** 32), { message: "Random: invalid stream: 4294967296; expected an integer in [0, 2^32)" });
  });
});
