import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as cocoEval from "coco-eval-ts";

const README = readFileSync(join(__dirname, "..", "..", "..", "sdk", "coco-eval-ts", "README.md"), "utf8");

describe("README of coco-eval-ts", () => {
  it("has an example that gives the values beside it", () => {
    const code = /```ts\nimport .*\n([^]*?)```/.exec(README)![1];
    const lines = code.split("\n"), shown = lines.filter((line) => /^\w+\[\d\];/.test(line));
    assert.equal(shown.length, 3);
    for (const line of shown) {
      const [expression, comment] = line.split(/;\s+\/\/ /);
      const run = new Function("evaluate", `${lines.filter((each) => !shown.includes(each)).join("\n")}; return ${expression};`);
      const expected = new Function(`return (${comment.split(", the")[0]});`);
      assert.deepEqual(run(cocoEval.evaluate), expected(), line);
    }
  });

  it("names every function and class of the package", () => {
    const internal = ["areaRanges", "iouThresholds", "recallThresholds", "CocoEvalError"];
    for (const name of Object.keys(cocoEval)) assert.ok(internal.includes(name) || README.includes(name), name);
  });
});
