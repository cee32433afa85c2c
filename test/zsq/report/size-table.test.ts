import assert from "node:assert/strict";
import { sizeTable } from "zsq";

describe("sizeTable", () => {
  it("computes the paper's sizes from its architecture", () => {
    assert.deepEqual(sizeTable().map((line) => Object.values(line)), [
      ["pretrained, W32A32", "91", "38,198,935", "53", "145.7", "145.7", "1.000"],
      ["pretrained, W8A8", "91", "38,198,935", "53", "36.4", "36.4", "1.001"],
      ["fine-tuned, W32A32", "4", "36,394,120", "53", "138.8", "138.8", "1.000"],
      ["fine-tuned, W8A8", "4", "36,394,120", "53", "34.7", "34.7", "1.000"],
    ]);
  });
});
