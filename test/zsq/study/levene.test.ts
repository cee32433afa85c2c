import assert from "node:assert/strict";
import { levene, upperTailF } from "zsq/dist/study/levene";
import { readFixture } from "../../helpers/fixture";

interface Fixture { cases: { samples: number[][]; statistic: number; p: number }[]; tails: [x: number, a: number, b: number, p: number][] }

const near = (actual: number, expected: number, message: string): void => assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1e-3, Math.abs(expected)), `${message}: ${actual}, expected ${expected}`);

describe("levene", () => {
  const { cases, tails } = readFixture<Fixture>("zsq", "study/levene.json");

  it("compares distances from medians (by hand)", () => {
    // distances 1, 0, 1 and 2, 0, 2: means 2/3 and 4/3, between 2/3, within 2/3 + 8/3 with 4 degrees of freedom
    const { statistic, p } = levene([[1, 2, 3], [0, 2, 4]]);
    near(statistic, 0.8, "W");
    assert.ok(p > 0.4 && p < 0.45);
  });

  it("is scipy's", () => {
    for (const { samples, statistic, p } of cases) {
      const own = levene(samples);
      near(own.statistic, statistic, "W");
      near(own.p, p, "p");
    }
  });

  it("has scipy's tails of F", () => { for (const [x, a, b, p] of tails) near(upperTailF(x, a, b), p, `F(${a}, ${b}) at ${x}`); });

  it("does not depend on shift, scale or order", () => {
    const { samples: [a, b] } = cases[1];
    const changed = levene([b, a].map((values) => values.map((value) => 5 - 3 * value).reverse()));
    assert.ok(Math.abs(changed.statistic - levene([a, b]).statistic) < 1e-9);
  });

  it("takes constant samples, and refuses too few values", () => {
    assert.deepEqual(levene([[1, 1, 1], [2, 2, 2]]), { statistic: 0, p: 1 });
    assert.deepEqual(levene([[1, 1, 1, 1], [2, 2, 4, 4]]), { statistic: Infinity, p: 0 });
    assert.throws(() => levene([[1, 2, 3]]), /^RangeError: levene: invalid samples: 3 values; expected at least two of three$/);
    assert.throws(() => levene([[1, 2, 3], [1, 2]]), /levene: invalid samples: 3, 2 values/);
  });
});
