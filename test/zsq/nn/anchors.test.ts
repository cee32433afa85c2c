import assert from "node:assert/strict";
import { retinaNetR50 } from "zsq";
import { anchorBoxes } from "zsq/dist/nn/anchors";
import { assertClose } from "../../helpers/close";
import { referenceConfig, sampleOf, torchReference } from "../../helpers/torch-reference";

describe("anchorBoxes", () => {
  it("moves rounded boxes by whole strides", () => {
    assert.deepEqual([...anchorBoxes({ sizes: [[32]], ratios: [1] }, [64, 64], [[2, 2]])],
      [-16, -16, 16, 16, 16, -16, 48, 16, -16, 16, 16, 48, 16, 16, 48, 48]);
  });

  it("equals torch exactly", () => {
    const { anchors } = torchReference();
    const boxes = anchorBoxes(referenceConfig.anchors, [64, 64], [[16, 16], [8, 8], [4, 4], [2, 2]]);
    assert.deepEqual([boxes.length / 4, 4], anchors.shape);
    assertClose(sampleOf(boxes), anchors.values, 0);
    assert.equal(boxes.reduce((a, b) => a + b, 0), anchors.sum);
  });

  it("counts 15,354 anchors for RetinaNet-R50 on 256 x 320", () => {
    const shapes: [number, number][] = [[32, 40], [16, 20], [8, 10], [4, 5], [2, 3]];
    assert.equal(anchorBoxes(retinaNetR50().anchors, [256, 320], shapes).length / 4, 15_354);
  });

  it("refuses another number of levels", () => {
    assert.throws(() => anchorBoxes({ sizes: [[32]], ratios: [1] }, [64, 64], []),
      { message: "anchorBoxes: invalid number of levels: 0; expected 1, one for each entry of sizes" });
  });
});
