import assert from "node:assert/strict";
import { verdictTable } from "zsq";
import { table1Example } from "../../helpers/table1-example";

describe("verdictTable", () => {
  it("puts claims in words and keeps verdict and evidence", () => {
    const { verdicts } = table1Example();
    const [first] = verdictTable(verdicts);
    assert.deepEqual(Object.values(first), ["Eight bits calibrated with distilled images lose at most 2 points of mAP", verdicts[0].seen, verdicts[0].evidence]);
  });

  it("keeps the id of a claim without words", () => assert.equal(verdictTable([{ claim: "x", seen: "seen", evidence: "y" }])[0].claim, "x"));
});
