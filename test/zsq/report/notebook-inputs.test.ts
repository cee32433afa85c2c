import assert from "node:assert/strict";
import { changedInputs, outputsInputs } from "zsq/dist/report/notebook-inputs";

const folders = (code: string): string[] => Object.keys(outputsInputs([code], "smoke")).filter((name) => name.startsWith("code in ")).map((name) => name.slice("code in ".length));

describe("inputs of a notebook's outputs", () => {
  it("are cells, counts, weights, data, and the folders of the SDK that the cells reach", () => {
    assert.deepEqual(Object.keys(outputsInputs(["1"], "smoke")), ["cells", "counts", "weights", "data"]);
    assert.deepEqual(folders("zsq.showTable(rows)"), ["plot"]);
    assert.deepEqual(folders('import { nms } from "zsq";'), ["evaluate"]);
    assert.deepEqual(folders('import { evaluate } from "coco-eval-ts";'), ["coco-eval-ts"]);
    for (const name of ["coco-eval-ts", "distill", "evaluate", "nn", "quantize", "quantize/calibrators", "study", "tensor"]) assert.ok(folders("await zsq.runTable1()").includes(name), name);
    for (const name of ["plot", "distill/methods", "course"]) assert.ok(!folders("const course = await zsq.runTable1()").includes(name), name);
  });

  it("leave out what stores, schedules and reports, and the command line", () => {
    const all = folders('import { runTable1, writeReport, show, loadDetector, torchvisionParity as parity } from "zsq";');
    for (const name of ["cli", "report", "runs", "weights", "parity", "."]) assert.ok(!all.includes(name), name);
  });

  it("differ where they differ", () => {
    const [a, b] = [outputsInputs(["show(1)"], "smoke"), outputsInputs(["show(2)"], "default")];
    assert.deepEqual(changedInputs(a, a), []);
    assert.deepEqual(changedInputs(a, b), ["cells", "counts"]);
    assert.deepEqual(changedInputs({ x: "1" }, { y: "1" }), ["x", "y"]);
  });
});
