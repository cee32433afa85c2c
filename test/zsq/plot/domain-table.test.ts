import assert from "node:assert/strict";
import { domainTable } from "zsq";

describe("domainTable", () => {
  const row = (layer: string, divergence: number) => ({ layer, channels: 16, mean: 0.4247, logStd: 0.118, divergence });

  it("has the farthest layers first, no more than asked for, rounded", () => {
    const rows = [row("near", 0.01), row("far", 0.7439), row("middle", 0.2)];
    assert.deepEqual(domainTable(rows, 2), [
      { layer: "far", channels: "16", "means apart, deviations": "0.42", "|ln of ratio of deviations|": "0.12", "divergence, nats": "0.744" },
      { layer: "middle", channels: "16", "means apart, deviations": "0.42", "|ln of ratio of deviations|": "0.12", "divergence, nats": "0.200" },
    ]);
    assert.deepEqual(rows.map(({ layer }) => layer), ["near", "far", "middle"], "given rows stay as they are");
  });

  it("shows the ratio of ranges where there is one", () => {
    assert.equal(domainTable([{ ...row("a", 1), rangeRatio: 0.8596 }])[0]["foreign range / own"], "0.86");
    assert.deepEqual(domainTable([]), []);
  });
});
