import assert from "node:assert/strict";
import { figure3Spread } from "zsq/dist/plot/figure3-table";
import { figure3Spreads, figure3Verdicts } from "zsq/dist/study/figure3-verdicts";
import { levene } from "zsq/dist/study/levene";
import type { Figure3Row } from "zsq/dist/study/result-schema";

const SOURCES = { distilled: [0.4, 0.41, 0.42, 0.43], "real-consecutive": [0.3, 0.4, 0.5, 0.6], "real-independent": [0.4, 0.42, 0.44, 0.46], noise: [0.1, 0.2, 0.3, 0.4] } as const;

const rowsOf = (batches: number): Figure3Row[] => (["W8A8", "W8A4"] as const).flatMap((precision) => Object.entries(SOURCES).flatMap(([source, maps]) =>
  maps.slice(0, batches).map((map, batch): Figure3Row => ({ source: source as Figure3Row["source"], precision, inputRange: "calibrated", batch, map }))));

describe("figure3Spreads", () => {
  it("compares the spread of distilled batches with that of others, with Levene's test", () => {
    const [first] = figure3Spreads(rowsOf(4), 100, 1), { statistic, p } = levene([SOURCES.distilled, SOURCES["real-consecutive"]]);
    assert.deepEqual([first.against, first.precision, first.levene], ["real-consecutive", "W8A8", { statistic, p }]);
    assert.ok(Math.abs(first.difference.mean - (Math.sqrt(0.0005 / 3) - Math.sqrt(0.05 / 3))) < 1e-6);
  });

  it("has no test of two batches, which always are equally far from their median, and says so", () => {
    const rows = rowsOf(2), spreads = figure3Spreads(rows, 100, 1);
    assert.deepEqual(spreads.map(({ levene: test }) => test), spreads.map(() => null));
    assert.deepEqual(figure3Spread({ spreads }).map((record) => [record["Levene W"], record.p]), spreads.map(() => ["", "too few batches"]));
    assert.doesNotMatch(figure3Verdicts(rows, spreads)[1].evidence, /Levene/);
    assert.match(figure3Verdicts(rowsOf(3), figure3Spreads(rowsOf(3), 100, 1))[1].evidence, /Levene p 0\./);
  });
});
