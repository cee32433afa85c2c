import assert from "node:assert/strict";
import { chroma } from "zsq/dist/distill/chroma";
import { Random } from "zsq";

describe("chroma", () => {
  it("is the mean of max - min (by hand)", () => assert.equal(chroma(Uint8Array.of(10, 20, 50, 7, 7, 7), [1, 2]), 20));

  it("of squares looks at their mean colours", () => {
    // red above blue: 2 x 1 pixels are 255 apart each, their mean is (127.5, 0, 127.5); the third row is left out
    const pixels = Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255, 9, 0, 0, 9, 0, 0);
    assert.equal(chroma(pixels, [3, 2], 2), 127.5);
  });

  it("is 0 for gray, at most 255, and no larger for squares than for pixels", () => {
    const random = new Random(1);
    const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, () => random.integer(0, 256));
    assert.equal(chroma(pixels.map((_, i) => pixels[i - (i % 3)]), [16, 16]), 0);
    const pooled = [1, 2, 4, 8].map((pool) => chroma(pixels, [16, 16], pool));
    assert.ok(pooled[0] <= 255);
    pooled.slice(1).forEach((value, k) => assert.ok(value <= pooled[k], `${pooled}`));
  });

  it("refuses shapes that do not fit", () => {
    assert.throws(() => chroma(new Uint8Array(5), [1, 2]), { message: "chroma: invalid number of pixels: 5; expected [1,2,3]" });
    assert.throws(() => chroma(new Uint8Array(12), [2, 2], 3), { message: "chroma: invalid pool: 3; expected 1 to 2" });
  });
});
