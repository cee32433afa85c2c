import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { openDataset, readCocoJson } from "zsq";
import { cocoSplits } from "data-scripts/dist/coco/layout";
import { flirSplits } from "data-scripts/dist/flir/layout";
import { describeReport, verifySplits } from "data-scripts/dist/downloads/verify";
import { writeCocoTree, writeFlirTree } from "../helpers/download-trees";
import { temporaryFolder } from "../helpers/temporary-folder";

const run = (script: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(__dirname, `../../../data-scripts/dist/${script}/prepare.js`), ...args], { encoding: "utf8" });

describe("COCO val2017", () => {
  const folder = temporaryFolder(), expected = { images: 4, annotations: 8 };
  const tree = (): string => join(folder.path, "coco"), out = (): string => join(folder.path, "data");
  const image = (k: number): string => join(tree(), "val2017", `${String(139 + 100 * k).padStart(12, "0")}.jpg`);
  beforeEach(() => writeCocoTree(tree(), 4));

  it("is complete, and opens as a data set where it lies", async () => {
    const before = readdirSync(tree(), { recursive: true }).sort(), [report] = await verifySplits(cocoSplits(tree(), expected), { out: out() });
    assert.deepEqual([report.complete, report.images.present, report.annotations], [true, 4, { expected: 8, listed: 8, kept: 8, byCategory: { person: 4, toothbrush: 4 }, dropped: {} }]);
    assert.deepEqual(readdirSync(out()).sort(), ["val.json", "val.sha256"]);
    assert.deepEqual(readdirSync(tree(), { recursive: true }).sort(), before);
    const dataset = openDataset(join(out(), "val.json"));
    assert.deepEqual([dataset.shapeOf(0), dataset.shapeOf(1), [...dataset.objectsOf(0).labels], [...dataset.objectsOf(1).labels]], [[32, 64], [48, 64], [1, 90], [1]]); // the other is a crowd
    const { pixels } = await dataset.load([1]);
    assert.ok(Math.abs(pixels[0] - 90) <= 1 && pixels[0] === pixels[1] && pixels[1] === pixels[2], "gray is repeated");
    const [line] = readFileSync(join(out(), "val.sha256"), "utf8").split("\n");
    assert.equal(line, `${createHash("sha256").update(readFileSync(image(0))).digest("hex")}  000000000139.jpg`);
  });

  it("says what is missing, wrong, or changed since, and then writes nothing new", async () => {
    await verifySplits(cocoSplits(tree(), expected), { out: out() });
    const record = readFileSync(join(out(), "val.sha256"), "utf8");
    rmSync(image(0));
    writeFileSync(image(1), "no image");
    writeFileSync(image(2), await sharp({ create: { width: 65, height: 32, channels: 3, background: "red" } }).jpeg().toBuffer());
    writeFileSync(image(3), Buffer.concat([readFileSync(image(3)), Buffer.from("x")]));
    const [report] = await verifySplits(cocoSplits(tree(), expected), { out: out() });
    assert.deepEqual([report.complete, report.images.missing, report.images.wrong, report.images.changed], [
      false, ["000000000139.jpg"], [{ file: "000000000239.jpg", reason: "no image; expected one" }, { file: "000000000339.jpg", reason: "65 x 32; expected 64 x 32" }],
      ["000000000239.jpg", "000000000339.jpg", "000000000439.jpg"],
    ]);
    assert.equal(readFileSync(join(out(), "val.sha256"), "utf8"), record);
    assert.match(describeReport(report), /^val: NOT COMPLETE\n {2}images {6}3 of 4 there\n {2}missing {5}1: 000000000139\.jpg\n {2}wrong {7}2: .*\n {2}changed {5}3 since they were recorded: /);
  });

  it("is not complete with other counts than the published ones", async () => {
    const [report] = await verifySplits(cocoSplits(tree()), { out: out() });
    assert.deepEqual([report.complete, report.images.expected, report.annotations.expected, existsSync(out())], [false, 5000, 36_781, false]);
    const { status, stdout } = run("coco", tree(), "--out", out());
    assert.deepEqual([status, /images {6}4 of 5000 there; the annotations list 4\n[^]*annotations 8 of 36781, 8 kept/.test(stdout), /nothing is written/.test(stdout)], [1, true, true]);
  });

  it("refuses annotations that lead out of the folder, and a folder without annotations", async () => {
    const path = join(tree(), "annotations/instances_val2017.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("000000000139.jpg", "../../secret.jpg"));
    await assert.rejects(verifySplits(cocoSplits(tree(), expected), { out: out() }), /^Error: checkImages: invalid file_name: \.\.\/\.\.\/secret\.jpg; expected a path inside /);
    const { status, stderr } = run("coco", folder.path);
    assert.deepEqual([status, /^readCocoJson: missing .*instances_val2017\.json: ENOENT[^\n]*\n$/.test(stderr)], [1, true]);
  });
});

describe("FLIR ADAS", () => {
  const folder = temporaryFolder(), expected = { train: 5, val: 3 };
  const tree = (): string => join(folder.path, "FLIR_ADAS_1_3"), out = (): string => join(folder.path, "data");
  beforeEach(() => writeFlirTree(tree(), expected));

  it("is complete: three classes, dogs and other vehicles left out, frames in the order of the film", async () => {
    const reports = await verifySplits(flirSplits(tree(), { expected }), { out: out() });
    assert.deepEqual(reports.map(({ name, complete }) => [name, complete]), [["train", true], ["val", true]]);
    assert.deepEqual(reports[0].annotations, { expected: null, listed: 21, kept: 15, byCategory: { person: 5, car: 5, bicycle: 5 }, dropped: { dog: 5, "other vehicle": 1 } });
    const { images, categories, annotations } = readCocoJson(join(out(), "val.json"));
    assert.deepEqual(annotations.map(({ id }) => id), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual([images.map(({ frame }) => frame), categories], [[6, 7, 8], [{ id: 1, name: "person" }, { id: 2, name: "car" }, { id: 3, name: "bicycle" }]]);
    const dataset = openDataset(join(out(), "val.json")), { pixels } = await dataset.load([2]);
    assert.deepEqual([...dataset.objectsOf(0).labels], [2, 3, 1]); // car, bicycle, person
    assert.ok(Math.abs(pixels[0] - 52) <= 1);
  });

  it("reads 16 bits by a window that is named, and is not cut", async () => {
    const [{ complete }] = await verifySplits(flirSplits(tree(), { expected, bits: 16, window: [21_000, 26_100] }), { out: out(), bits: 16 });
    assert.ok(complete);
    const { pixels } = await openDataset(join(out(), "train.json")).load([0]);
    assert.deepEqual([...pixels].filter((_, i) => i % 3 === 0).slice(0, 4), [0, 0.5, 1, 1.5]);
    assert.throws(() => flirSplits(tree(), { expected, bits: 16 }), /^RangeError: flirSplits: invalid window: undefined; expected \[low, high\]/);
    assert.throws(() => flirSplits(tree(), { expected, window: [0, 1] }), /expected none for 8 bits/);
    const [wrong] = await verifySplits(flirSplits(tree(), { expected, bits: 16, window: [0, 1] }), { out: join(folder.path, "8"), bits: 8 });
    assert.match(wrong.images.wrong[0].reason, /^ushort per channel; expected 8 bits$/);
  });

  it("refuses file names without a number", () => {
    const path = join(tree(), "train/thermal_annotations.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("FLIR_00003", "FLIR_x"));
    assert.throws(() => flirSplits(tree()), /^Error: flirSplits: invalid file_name in .*: thermal_8_bit\/FLIR_x\.jpeg; expected FLIR_ and a number$/);
  });

  it("tells from the command line what is missing, and wrong use", () => {
    const { status, stdout } = run("flir", tree(), "--out", out(), "--json");
    const reports = JSON.parse(stdout) as { images: { expected: number; present: number } }[];
    assert.deepEqual([status, reports.map(({ images }) => [images.present, images.expected])], [1, [[5, 8862], [3, 1366]]]);
    for (const args of [[], [tree(), "--bits", "12"], [tree(), "--bits", "16"], [tree(), "--bits", "16", "--window", "5,4"], [tree(), "--frob"]]) {
      const { status: code, stderr } = run("flir", ...args);
      assert.deepEqual([code, stderr.split("\n").length], [2, 2], stderr);
    }
    assert.equal(run("flir", "--help").status, 0);
  });
});
