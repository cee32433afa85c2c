import assert from "node:assert/strict";
import { paperTable } from "zsq";
import { table1Example } from "../../helpers/table1-example";

const { rows, paper } = table1Example();

describe("paperTable", () => {
  it("has one line per number of the paper, with the distances from full precision and a reason", () => {
    const table = paperTable(rows, paper);
    assert.equal(table.length, paper.length);
    assert.deepEqual(Object.values(table[1]), ["pretrained, W8A8, distilled, mean", "40.1", "50.1 [48.0 to 52.4]", "\u22121.5", "0.0", paper[1].why]);
    assert.deepEqual(Object.values(table[0]).slice(3, 5), ["\u2013", "\u2013"]);
  });

  it("shows a dash where nothing was measured here", () => {
    const [line] = paperTable(rows.filter(({ calibration }) => calibration !== "noise"), paper.filter(({ calibration }) => calibration === "noise"));
    assert.deepEqual([line["here, % [95 %]"], line["from full precision, here"], line["why they differ"]], ["\u2013", "\u2013", "not measured here"]);
  });
});
