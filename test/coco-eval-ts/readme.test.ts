import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as cocoEval from "coco-eval-ts";

const PACKAGE = join(__dirname, "..", "..", "..", "sdk", "coco-eval-ts"), README = readFileSync(join(PACKAGE, "README.md"), "utf8");

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

  it("has commands that print the lines below them", () => {
    const blocks = [...README.matchAll(/^npx coco-eval (.*)\n```\n\n((?: {4,}.*\n)+)/gm)];
    assert.equal(blocks.length, 2);
    for (const [, args, shown] of blocks) {
      const { status, stdout } = spawnSync(process.execPath, ["bin/coco-eval.js", ...args.split(" ")], { cwd: PACKAGE, encoding: "utf8" }), printed = stdout.split("\n");
      assert.equal(status, 0);
      for (const line of shown.trimEnd().split("\n").map((each) => each.slice(4))) assert.ok(line.trim() === "..." || printed.includes(line), line);
    }
  });

  it("names every function and class of the package", () => {
    const internal = ["areaRanges", "iouThresholds", "recallThresholds", "CocoEvalError"];
    for (const name of Object.keys(cocoEval)) assert.ok(internal.includes(name) || README.includes(name), name);
  });
});
