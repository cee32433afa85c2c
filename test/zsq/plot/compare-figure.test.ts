import assert from "node:assert/strict";
import { compareFigure, compareTable, type CompareResult } from "zsq";

const row = (method: string, map: number | null, precision = "W4A8"): CompareResult["rows"][number] => ({
  model: "pretrained", dataset: "scenes", method, precision, map: map === null ? null : { mean: map, ci95: [map - 0.01, map + 0.01], seeds: 1 }, failed: map === null ? "1 of 1 seeds: no luck" : null,
  beyondNoise: method === "zaq" ? { mean: 0.02, ci95: [0.01, 0.03] } : null, sizeMiB: 1, seconds: { images: 2, quantize: 3 }, peakMiB: 700, images: 8, fineTuned: method === "zaq", note: null,
});
const card = (id: string, group: "baseline" | "fine-tuned"): CompareResult["methods"][number] => ({ id, label: `method ${id}`, group, source: "", deviations: [], published: [] });
const result = { rows: [row("none", 0.5, "W32A32"), row("noise", 0.4), row("zaq", 0.42), row("broken", null)], methods: [card("noise", "baseline"), card("zaq", "fine-tuned"), card("broken", "baseline")] };

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
