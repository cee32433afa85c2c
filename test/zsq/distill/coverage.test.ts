import assert from "node:assert/strict";
import { retinaNetEmbedded, retinaNetR50, statisticsCoverage } from "zsq";

describe("statisticsCoverage", () => {
  it("finds statistics behind the backbone's convolutions alone", () => {
    const { covered, convolutions, parts } = statisticsCoverage(retinaNetR50());
    assert.equal(covered, 53);
    assert.deepEqual(parts, { backbone: { convolutions: 53, uncovered: 0 }, "feature pyramid": { convolutions: 8, uncovered: 8 }, heads: { convolutions: 10, uncovered: 10 } });
    assert.equal(convolutions.find(({ name }) => name === "backbone.body.layer1.0.downsample.0")!.batchNorm, "backbone.body.layer1.0.downsample.1");
    assert.equal(convolutions.find(({ name }) => name === "backbone.fpn.extra_blocks.p6")!.batchNorm, null);
  });

  it("counts each convolution of a shared head once", () => {
    const { convolutions } = statisticsCoverage(retinaNetEmbedded());
    assert.equal(new Set(convolutions.map(({ name }) => name)).size, convolutions.length);
  });
});
