import assert from "node:assert/strict";
import { compareFigure, compareTable } from "zsq";
import { compareExample } from "../../helpers/compare-example";

const result = compareExample();

describe("compareFigure", () => {
  it("has a panel for model and precision, a point for each method that worked, both axes titled", () => {
    const { data, layout, svg, text } = compareFigure(result);
    assert.deepEqual(data.map(({ name, x, y }) => [name, x, y]), [["baselines", [5], [40]], ["fine-tuned", [5], [42]]]);
    assert.match(svg, /time of one seed \(seconds, one thread\)/);
    assert.match(svg, /mAP 0\.50:0\.95 \(percent\)/);
    assert.match(text, /method broken: failed, 1 of 1 seeds: no luck/);
    assert.ok(layout.xaxis && !layout.xaxis2);
  });
});

describe("compareTable", () => {
  it("shows a failed method with its reason, and marks differences from noise that are sure", () => {
    const table = compareTable(result);
    assert.deepEqual(table.map(({ method }) => method), ["full precision", "method noise", "method zaq", "method broken"]);
    assert.equal(table[2]["W4A8 beyond noise"], "+2.0*");
    assert.equal(table[2]["fine-tuned"], "yes");
    assert.equal(table[3]["W4A8, mAP % [95 %]"], "failed: 1 of 1 seeds: no luck");
  });
});
