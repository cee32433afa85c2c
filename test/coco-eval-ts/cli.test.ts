import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { originalCases } from "./cases";

const BIN = join(__dirname, "..", "..", "..", "sdk", "coco-eval-ts", "bin", "coco-eval.js");

describe("coco-eval", () => {
  const { gt, dets, expected } = originalCases()[0];
  let folder: string;
  const file = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    return name;
  };
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: "utf8" });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "coco-eval-"));
    file("gt.json", gt);
    file("dets.json", dets);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("prints the twelve lines of pycocotools and a table of categories", () => {
    const { status, stdout, stderr } = run("gt.json", "dets.json"), lines = stdout.split("\n");
    assert.equal(status, 0, stderr);
    assert.equal(lines[0], " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.368");
    assert.equal(lines[1], " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.627");
    assert.equal(lines[11], " Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.517");
    assert.deepEqual(lines.slice(12), ["", " category      AP   AP50     AR", " 1 cat1     0.357  0.674  0.692", " 2 cat2     0.399  0.613  0.609", " 3 cat3     0.347  0.595  0.608", ""]);
  });

  it("--json gives figures, categories and checksums of the arrays", () => {
    const { status, stdout } = run("gt.json", "dets.json", "--json", "--compat");
    const { stats, perCategory, ...rest } = JSON.parse(stdout);
    assert.equal(status, 0);
    assert.deepEqual(stats, expected.stats);
    assert.deepEqual(perCategory, { ...expected.per_category, names: ["cat1", "cat2", "cat3"] });
    for (const name of ["precision_sha256", "recall_sha256", "scores_sha256"] as const) assert.equal(rest[name], expected[name]);
  });

  it("--pr, --confusion and --errors print a table each, --no-per-class none", () => {
    const { stdout } = run("gt.json", "dets.json", "--no-per-class", "--pr", "--confusion", "--errors"), blocks = stdout.split("\n\n");
    assert.equal(blocks.length, 4);
    assert.equal(blocks[1], ` best score   score       P       R      F1
 cat1         0.319   0.542   1.000   0.703
 cat2         0.406   0.548   0.773   0.642
 cat3         0.537   0.636   0.583   0.609
 all          0.319   0.505   0.867   0.638`);
    assert.match(blocks[2], /^ truth \\ taken for +cat1 +cat2 +cat3 +nothing\n/);
    assert.match(blocks[3], /^ error +count +dAP\n Cls +2 +0\.\d{3}\n Loc +21 /);
  });

  it("--json holds the reports asked for", () => {
    const { pr, confusion, errors } = JSON.parse(run("gt.json", "dets.json", "--json", "--pr", "--confusion", "--errors").stdout);
    assert.equal(pr.categories[0].precision.length, pr.categories[0].scores.length);
    assert.equal(confusion.matrix.length, 16);
    assert.equal(errors.errors[1].count, 21);
  });

  it("--iou-type segm compares masks", () => {
    const images = [{ id: 1, width: 20, height: 20 }], categories = [{ id: 1, name: "one" }], segmentation = [[2, 2, 8, 2, 8, 8, 2, 8]];
    const one = { image_id: 1, category_id: 1, bbox: [2, 2, 6, 6], segmentation };
    const args = [file("masks.json", { images, categories, annotations: [{ ...one, id: 1, area: 36, iscrowd: 0 }] }), file("found.json", [{ ...one, bbox: [9, 9, 6, 6], score: 0.5 }])];
    assert.match(run(...args).stdout, /IoU=0.50      \| area=   all \| maxDets=100 \] = 0.000/);
    assert.match(run(...args, "--iou-type", "segm").stdout, /IoU=0.50      \| area=   all \| maxDets=100 \] = 1.000/);
  });

  it("refuses a file of 600 MB at once", () => {
    truncateSync(join(folder, file("large.json", "")), 600e6);
    assert.equal(run("gt.json", "large.json").stderr, "coco-eval: invalid large.json: 600000000 bytes; expected a UTF-8 file below 512 MiB\n");
  });

  it("--params takes parameters from a file", () => {
    const { stdout } = run("gt.json", "dets.json", "--params", file("params.json", { catIds: [2], iouThrs: [0.5] }));
    assert.match(stdout, /IoU=0.50:0.50 \| area=   all \| maxDets=100 \] = 0.613/);
  });

  it("refuses faulty input with one line that names file and place, exit code 1", () => {
    const faulty: [string[], string][] = [
      [["gt.json", file("nan.json", '[\n{"score": NaN}]')], "evaluate: invalid nan.json#/0/score: NaN; expected a JSON value at line 2, column 11\n"],
      [["gt.json", file("cut.json", '[{"image_id": 1, "bb')], 'evaluate: invalid cut.json#/0: "\\""; expected a name in double quotes at line 1, column 18\n'],
      [["gt.json", file("empty.json", "")], "evaluate: invalid empty.json: the end; expected a JSON value at line 1, column 1\n"],
      [["gt.json", "gt.json"], "evaluate: invalid gt.json: object; expected a list of {image_id, category_id, bbox, score}\n"],
      [["gt.json", file("area.json", [{ ...dets[0], bbox: [1, 2, -3, 4] }])], "evaluate: invalid area.json#/0/bbox/2: -3; expected a finite number >= 0\n"],
      [["gt.json", "dets.json", "--params", file("wrong.json", { "iouThrs": ["a"] })], 'evaluate: invalid wrong.json#/iouThrs/0: "a"; expected finite numbers\n'],
      [["gt.json", "absent.json"], "coco-eval: invalid absent.json: ENOENT: no such file or directory, open 'absent.json'; expected a UTF-8 file below 512 MiB\n"],
    ];
    for (const [args, message] of faulty) {
      const { status, stdout, stderr } = run(...args);
      assert.deepEqual([status, stdout, stderr], [1, "", message]);
    }
  });

  it("--compat takes NaN as Python's json does", () => {
    const text = JSON.stringify(dets).replace(/"score":[\d.]+/, '"score":NaN');
    assert.equal(run("gt.json", file("nan-score.json", text), "--compat").status, 0);
    assert.equal(run("gt.json", "nan-score.json").status, 1);
  });

  it("prints warnings to stderr", () => {
    const { status, stderr } = run("gt.json", file("percent.json", dets.map((det) => ({ ...det, score: 100 * det.score }))));
    assert.equal(status, 0);
    assert.match(stderr, /^warning: scores above 1: \d+; first at detections#\/\d+$/m);
  });

  it("answers wrong usage with exit code 2 and --help with 0", () => {
    for (const args of [[], ["gt.json"], ["gt.json", "dets.json", "--wrong"], ["gt.json", "dets.json", "--strict", "--compat"], ["gt.json", "dets.json", "--iou-type", "boxes"]]) {
      const { status, stdout } = run(...args);
      assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    }
    const { status, stdout } = run("--help");
    assert.equal(status, 0);
    assert.match(stdout, /Exit code: 0 evaluated, 1 failed, 2 wrong usage/);
  });
});
