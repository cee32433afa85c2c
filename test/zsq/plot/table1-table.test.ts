import assert from "node:assert/strict";
import { table1Table } from "zsq";
import { table1Example } from "../../helpers/table1-example";

const { rows, paper } = table1Example();

describe("table1Table", () => {
  const table = table1Table(rows, paper);

  it("has one line per row, all with the same columns", () => {
    assert.equal(table.length, rows.length);
    for (const line of table) assert.deepEqual(Object.keys(line), Object.keys(table[0]));
  });

  it("has the same order whatever that of the rows", () => assert.deepEqual(table1Table([...rows].reverse(), paper), table));

  it("shows mAP with interval, and distances from full precision here and in the paper", () => {
    const line = table.find(({ precision, calibration }) => precision === "W8A8" && calibration === "Gaussian noise");
    assert.deepEqual(Object.values(line!), ["pretrained on scenes visible", "W8A8", "Gaussian noise", "calibrated", "49.8 [47.7 to 52.1]", "\u22120.3", "16.5", "\u221225.1", "1.60"]);
  });

  it("has no distance for full precision itself", () => {
    assert.deepEqual(Object.values(table[0]), ["pretrained on scenes visible", "W32A32", "full precision", "\u2013", "50.1 [48.0 to 52.3]", "\u2013", "41.6", "\u2013", "6.41"]);
  });

  it("puts the paper's numbers beside rows with a calibrated image range only", () => {
    assert.ok(table.every((line) => line["image range"] !== "known" || line["mAP paper, %"] === "\u2013"));
    assert.equal(table.filter((line) => line["mAP paper, %"] !== "\u2013").length, paper.length);
  });
});
