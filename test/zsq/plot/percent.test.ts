import assert from "node:assert/strict";
import { interval, percent, points } from "zsq/dist/plot/percent";

describe("percent", () => {
  it("shows fractions without a sign of percent", () => assert.equal(percent(0.50143), "50.1"));
  it("takes a real minus sign", () => assert.equal(percent(-0.011, 2), "\u22121.10"));
  it("shows intervals in words", () => assert.equal(interval([0.48, 0.5234]), "48.0 to 52.3"));
});

describe("points", () => {
  it("has a sign, but for what rounds to nothing", () => {
    assert.deepEqual([0.012, -0.012, 0, -0.0004, 0.0004].map((x) => points(x)), ["+1.2", "\u22121.2", "0.0", "0.0", "0.0"]);
  });
});
