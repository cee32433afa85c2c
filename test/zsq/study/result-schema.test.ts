import assert from "node:assert/strict";
import { paperTable1 } from "zsq/dist/study/paper-table1";
import { table1Schema, type Table1Result } from "zsq/dist/study/result-schema";

const result: Table1Result = {
  schema: 1, id: "table1", profile: "embedded", scale: "smoke", seed: 1,
  environment: { node: "20.20.2", tfjs: "4.22.0", libtensorflow: "2.21.0", threads: 1, cpu: "any", gpu: null, commit: null },
  inputs: [{ path: "a.json", sha256: "0".repeat(64) }],
  rows: [{ model: "pretrained", dataset: "d", precision: "W8A4", inputRange: "image", calibration: "distilled-mean", map: { mean: 0.5, ci95: [0.4, 0.6], seeds: 3 }, sizeMiB: 1.5 }],
  paper: paperTable1(),
  verdicts: [{ claim: "noise-collapses", seen: "not seen", evidence: "numbers" }],
};
const first = result.rows[0];

describe("table1Schema", () => {
  it("takes a result as it is", () => assert.deepEqual(table1Schema.parse(result), result));

  const refused: [string, unknown][] = [
    ["a percentage for a fraction", { ...result, rows: [{ ...first, map: { ...first.map, mean: 50 } }] }],
    ["an interval that falls", { ...result, rows: [{ ...first, map: { ...first.map, ci95: [0.6, 0.4] } }] }],
    ["an unknown calibration", { ...result, rows: [{ ...first, calibration: "guess" }] }],
    ["another id", { ...result, id: "figure2" }],
    ["times among the environment", { ...result, environment: { ...result.environment, seconds: 3 } }],
    ["no rows", { ...result, rows: [] }],
    ["a verdict of another word", { ...result, verdicts: [{ claim: "c", seen: "maybe", evidence: "e" }] }],
  ];
  for (const [what, value] of refused) it(`refuses ${what}`, () => assert.equal(table1Schema.safeParse(value).success, false));
});

describe("paperTable1", () => {
  it("has the paper's numbers, sizes from its architecture", () => {
    assert.deepEqual(paperTable1().map(({ model, precision, calibration, map, sizeMiB }) => [model, precision, calibration, map, sizeMiB]), [
      ["pretrained", "W32A32", "none", 0.416, 145.7],
      ["pretrained", "W8A8", "distilled-mean", 0.401, 36.4],
      ["pretrained", "W8A8", "noise", 0.165, 36.4],
      ["fine-tuned", "W32A32", "none", 0.3229, 138.8],
      ["fine-tuned", "W8A8", "distilled-mean", 0.3118, 34.7],
      ["fine-tuned", "W8A8", "noise", 0.1918, 34.7],
    ]);
  });
});
