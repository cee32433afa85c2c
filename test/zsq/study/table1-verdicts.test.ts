import assert from "node:assert/strict";
import type { Table1Row } from "zsq/dist/study/result-schema";
import { table1Claims, table1Verdicts, type Table1Evidence } from "zsq/dist/study/table1-verdicts";

type Calibration = Table1Row["calibration"];
const MODELS = ["pretrained", "fine-tuned"] as const;

// the same mAP per source for both models, at W8A8 and W8A4; intervals of the given half width
function evidence(maps: Record<Calibration, number>, halfWidth = 0.002, sizeMiB = 1.5): Table1Evidence {
  const row = (model: (typeof MODELS)[number], calibration: Calibration, precision: Table1Row["precision"]): Table1Row => ({
    model, dataset: "d", precision, calibration, inputRange: calibration === "none" ? "none" : "calibrated",
    map: { mean: maps[calibration], ci95: [maps[calibration], maps[calibration]], seeds: 3 }, sizeMiB: calibration === "none" ? 6 : sizeMiB,
  });
  const rows = MODELS.flatMap((model) => (Object.keys(maps) as Calibration[]).flatMap((calibration) =>
    calibration === "none" ? [row(model, calibration, "W32A32")] : [row(model, calibration, "W8A8"), row(model, calibration, "W8A4")]));
  return { rows, difference: (_, a, b) => ({ mean: maps[a] - maps[b], ci95: [maps[a] - maps[b] - halfWidth, maps[a] - maps[b] + halfWidth] }) };
}

const usual = { none: 0.5, real: 0.49, "distilled-mean": 0.49, "distilled-mean-std": 0.48, shuffled: 0.4, noise: 0.2 };
const seen = (from: Table1Evidence, claim: string): string => table1Verdicts(from).find((verdict) => verdict.claim === claim)!.seen;

describe("table1Verdicts", () => {
  it("judges every claim, with numbers for both models", () => {
    const verdicts = table1Verdicts(evidence(usual));
    assert.deepEqual(verdicts.map(({ claim }) => claim), Object.keys(table1Claims));
    for (const { evidence: text } of verdicts) assert.match(text, /pretrained.*fine-tuned|145\.7/);
    assert.deepEqual(verdicts.map((verdict) => verdict.seen), ["seen", "seen", "seen", "seen", "seen"]);
  });

  it("zsq-close-to-fp: up to 0.02 below full precision", () => {
    assert.equal(seen(evidence({ ...usual, "distilled-mean": 0.481 }), "zsq-close-to-fp"), "seen");
    assert.equal(seen(evidence({ ...usual, "distilled-mean": 0.479 }), "zsq-close-to-fp"), "not seen");
  });

  it("zsq-equals-ptq: within 0.005 or within the interval; better beyond both is reversed", () => {
    assert.equal(seen(evidence({ ...usual, real: 0.4945 }), "zsq-equals-ptq"), "seen");
    assert.equal(seen(evidence({ ...usual, real: 0.5 }, 0.02), "zsq-equals-ptq"), "seen");
    assert.equal(seen(evidence({ ...usual, real: 0.5 }), "zsq-equals-ptq"), "not seen");
    assert.equal(seen(evidence({ ...usual, real: 0.48 }), "zsq-equals-ptq"), "reversed");
  });

  it("noise-collapses: to three quarters of full precision; better than distilled is reversed", () => {
    assert.equal(seen(evidence({ ...usual, noise: 0.375 }), "noise-collapses"), "seen");
    assert.equal(seen(evidence({ ...usual, noise: 0.38 }), "noise-collapses"), "not seen");
    assert.equal(seen(evidence({ ...usual, noise: 0.495 }), "noise-collapses"), "reversed");
    assert.equal(seen(evidence({ ...usual, noise: 0.491 }), "noise-collapses"), "not seen");
  });

  it("mean-only-at-least-mean-std: no difference counts, clearly worse is reversed", () => {
    assert.equal(seen(evidence({ ...usual, "distilled-mean-std": 0.49 }), "mean-only-at-least-mean-std"), "seen");
    assert.equal(seen(evidence({ ...usual, "distilled-mean-std": 0.491 }), "mean-only-at-least-mean-std"), "not seen");
    assert.equal(seen(evidence({ ...usual, "distilled-mean-std": 0.494 }), "mean-only-at-least-mean-std"), "reversed");
  });

  it("sizes-quartered: exactly", () => {
    assert.equal(seen(evidence(usual, 0.002, 1.5001), "sizes-quartered"), "not seen");
    assert.match(table1Verdicts(evidence(usual)).at(-1)!.evidence, /38,198,935 parameters give 145\.7 and 36\.4 MiB.*36,394,120 parameters give 138\.8 and 34\.7 MiB/);
  });

  it("says of a claim that holds for one model only that it is not seen, and for which", () => {
    const mixed = evidence(usual);
    const rows = mixed.rows.map((row) => (row.model === "pretrained" && row.calibration === "noise" ? { ...row, map: { ...row.map, mean: 0.45 } } : row));
    const verdict = table1Verdicts({ ...mixed, rows }).find(({ claim }) => claim === "noise-collapses")!;
    assert.equal(verdict.seen, "not seen");
    assert.match(verdict.evidence, /pretrained: .*\(not seen\); fine-tuned: .*\(seen\)/);
  });

  it("refuses a table that lacks a row", () => {
    const full = evidence(usual);
    assert.throws(() => table1Verdicts({ ...full, rows: full.rows.filter(({ calibration }) => calibration !== "noise") }), /table1Verdicts: missing row: pretrained, W8A8, noise; expected one with the input range calibrated/);
  });
});
