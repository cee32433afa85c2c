import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CocoFile, contactSheet, drawScene, HEIGHT, Manifest, prepareScenes, WIDTH } from "data-scripts/dist/scenes";
import sharp from "sharp";
import { temporaryFolder } from "../helpers/temporary-folder";

const COMMAND = require.resolve("data-scripts/dist/scenes/prepare.js");
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), "utf8"));

// every file below a folder with the SHA-256 of its content
function digests(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String).filter((name) => statSync(join(folder, name)).isFile()).sort();
  return Object.fromEntries(names.map((name) => [name, createHash("sha256").update(readFileSync(join(folder, name))).digest("hex")]));
}

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8" });
}

describe("prepareScenes", () => {
  const folder = temporaryFolder(), tiny = { seed: 1, train: 10, val: 3, jobs: 2 };

  it("writes the same bytes twice, whatever the number of threads", async () => {
    const [a, b] = [join(folder.path, "a"), join(folder.path, "b")];
    assert.equal((await prepareScenes({ ...tiny, out: a })).drawn, 26);
    await prepareScenes({ ...tiny, out: b, jobs: 1 });
    assert.deepEqual(digests(a), digests(b));
    assert.equal(Object.keys(digests(a)).length, 26 + 8 + 1);
  });

  it("writes the pixels and boxes of drawScene", async () => {
    await prepareScenes({ ...tiny, out: folder.path });
    for (const domain of ["visible", "thermal"] as const) {
      const scene = drawScene({ seed: 1, domain, split: "train", index: 9 }), coco = json(folder.path, domain, "train.json") as CocoFile;
      const image = sharp(join(folder.path, domain, "train/000009.png")), { channels, depth } = await image.metadata();
      assert.deepEqual([channels, depth], [scene.channels, "uchar"]);
      assert.deepEqual(new Uint8Array(await image.toColourspace(channels === 1 ? "b-w" : "srgb").raw().toBuffer()), scene.pixels);
      const found = coco.annotations.filter((a) => a.image_id === 10);
      assert.deepEqual(found.map(({ bbox }) => bbox), scene.boxes);
      assert.deepEqual(found.map(({ category_id }) => category_id), scene.labels);
    }
  });

  it("writes valid COCO files", async () => {
    await prepareScenes({ ...tiny, out: folder.path });
    const coco = json(folder.path, "thermal", "train.json") as CocoFile;
    assert.deepEqual(coco.info, { description: "procedural street scenes", seed: 1, domain: "thermal", split: "train", version: 1, license: "Apache-2.0" });
    assert.deepEqual(coco.images.map(({ id, clip, frame }) => [id, clip, frame]), Array.from({ length: 10 }, (_, i) => [i + 1, Math.floor(i / 8), i % 8]));
    for (const { file_name, width, height } of coco.images) assert.ok(existsSync(join(folder.path, "thermal", file_name)) && width === WIDTH && height === HEIGHT);
    assert.deepEqual(coco.annotations.map(({ id }) => id), coco.annotations.map((_, i) => i + 1));
    for (const { bbox, area, iscrowd } of coco.annotations) assert.ok(area === bbox[2] * bbox[3] && iscrowd === 0);
    assert.deepEqual(coco.categories, [{ id: 1, name: "person" }, { id: 2, name: "car" }, { id: 3, name: "bicycle" }]);
  });

  it("counts and sums up every part in the manifest", async () => {
    const { manifest } = await prepareScenes({ ...tiny, out: folder.path }), coco = json(folder.path, "visible", "val.json") as CocoFile;
    assert.deepEqual(json(folder.path, "manifest.json"), manifest);
    assert.deepEqual(Object.keys(manifest.parts), ["thermal/train", "thermal/val", "visible/train", "visible/val"]);
    const { images, annotations, categories, sha256 } = manifest.parts["visible/val"];
    assert.deepEqual([images, annotations], [3, coco.annotations.length]);
    assert.equal(Object.values(categories).reduce((sum, n) => sum + n, 0), annotations);
    assert.match(sha256, /^[0-9a-f]{64}$/);
  });

  it("keeps a complete set", async () => {
    await prepareScenes({ ...tiny, out: folder.path });
    const before = statSync(join(folder.path, "visible/train/000003.png")).mtimeMs;
    const again = await prepareScenes({ ...tiny, out: folder.path, onProgress: () => assert.fail("nothing to draw") });
    assert.deepEqual([again.drawn, again.kept], [0, 26]);
    assert.equal(statSync(join(folder.path, "visible/train/000003.png")).mtimeMs, before);
  });

  it("draws damaged and missing files again", async () => {
    await prepareScenes({ ...tiny, out: folder.path });
    const before = digests(folder.path), damaged = join(folder.path, "visible/train/000002.png"), bytes = readFileSync(damaged);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(damaged, bytes);
    rmSync(join(folder.path, "thermal/val/000001.png"));
    assert.equal((await prepareScenes({ ...tiny, out: folder.path })).drawn, 2);
    assert.deepEqual(digests(folder.path), before);
  });

  it("mends damaged descriptions", async () => {
    await prepareScenes({ ...tiny, out: folder.path });
    const before = digests(folder.path);
    for (const name of ["visible/train.json", "thermal/val.sha256", "manifest.json"]) {
      writeFileSync(join(folder.path, name), "{");
      await prepareScenes({ ...tiny, out: folder.path });
      assert.deepEqual(digests(folder.path), before);
    }
  });

  it("goes on after an interruption", async () => {
    const large = { ...tiny, train: 90, domains: ["thermal"] as const, jobs: 1 }, reference = join(folder.path, "reference"), out = join(folder.path, "out");
    await prepareScenes({ ...large, out: reference });
    const stop = ({ done }: { done: number }): void => { if (done > 0) throw new Error("pulled the plug"); };
    await assert.rejects(prepareScenes({ ...large, out, onProgress: stop }), /pulled the plug/);
    assert.ok(!existsSync(join(out, "manifest.json")));
    writeFileSync(join(out, "thermal/train/000050.png.999999999-1.partial"), "half a file");
    const { drawn, kept } = await prepareScenes({ ...large, out });
    assert.deepEqual([drawn, kept], [53, 40]);
    assert.deepEqual(digests(out), digests(reference));
  });

  it("makes a set larger without drawing it again, and adds a domain", async () => {
    await prepareScenes({ ...tiny, out: folder.path, domains: ["visible"] });
    const more = await prepareScenes({ ...tiny, out: folder.path, domains: ["visible"], train: 12 });
    assert.equal(more.drawn, 2);
    const both = await prepareScenes({ ...tiny, out: folder.path, domains: ["thermal"] });
    assert.deepEqual(Object.entries((both.manifest satisfies Manifest).parts).map(([name, { images }]) => [name, images]),
      [["thermal/train", 10], ["thermal/val", 3], ["visible/train", 12], ["visible/val", 3]]);
  });

  it("refuses to overwrite another set", async () => {
    const out = folder.path;
    await prepareScenes({ ...tiny, out, domains: ["thermal"] });
    await assert.rejects(prepareScenes({ ...tiny, out, seed: 2 }), { message: `prepareScenes: invalid out: ${out} holds seed 1; expected seed 2; try another folder` });
    await assert.rejects(prepareScenes({ ...tiny, out, train: 9 }), { message: `prepareScenes: invalid train: 9; expected at least the 10 thermal images in ${out}; try another folder` });
  });

  it("refuses invalid options", async () => {
    const out = folder.path;
    await assert.rejects(prepareScenes({ out, train: -1 }), { message: "prepareScenes: invalid train: -1; expected an integer in [0, 1000000]" });
    await assert.rejects(prepareScenes({ out, jobs: 0 }), { message: "prepareScenes: invalid jobs: 0; expected an integer in [1, 256]" });
    await assert.rejects(prepareScenes({ out: "" }), { message: "prepareScenes: invalid out: ; expected the path of a folder" });
    await assert.rejects(prepareScenes({ out, domains: [] }), { message: "prepareScenes: invalid domains: ; expected visible or thermal" });
    assert.deepEqual(readdirSync(out), []);
  });

  it("fails where it cannot write, and says where", async () => {
    const out = join(folder.path, "file");
    writeFileSync(out, "");
    await assert.rejects(prepareScenes({ ...tiny, out }), /ENOTDIR.*file/);
  });
});

describe("contactSheet", () => {
  it("shows a grid of images", async () => {
    const { width, height, format } = await sharp(await contactSheet({ columns: 2, rows: 2, zoom: 2 })).metadata();
    assert.deepEqual([width, height, format], [2 * 2 * WIDTH, 2 * 2 * HEIGHT, "png"]);
  });
});

describe("prepare (command)", () => {
  const folder = temporaryFolder();

  it("draws, reports, and writes the contact sheet", () => {
    const sheet = join(folder.path, "sheet.png");
    const { status, stdout, stderr } = run("--out", join(folder.path, "set"), "--train", "8", "--val", "2", "--domain", "thermal", "--jobs", "1", "--contact-sheet", sheet);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^thermal\/train: 8 images, \d+ boxes \(person \d+, car \d+, bicycle \d+\), sha256 [0-9a-f]{64}\n/);
    assert.match(stdout, /set: 10 images drawn, 0 kept, [\d.]+ s\n$/);
    assert.match(stderr, /scenes: 10\/10 images/);
    assert.ok(statSync(sheet).size > 10000);
  });

  it("explains itself", () => {
    const { status, stdout } = run("--help");
    assert.equal(status, 0);
    assert.match(stdout, /--contact-sheet/);
  });

  it("answers wrong use with one line and 2, failure with one line and 1", () => {
    const wrong: [number, RegExp, string[]][] = [
      [2, /^prepare: Unknown argument: nope; try --help\n$/, ["--nope"]],
      [2, /^prepare: .*Choices: "visible", "thermal", "both"; try --help\n$/, ["--domain", "radar"]],
      [2, /^prepareScenes: invalid seed: NaN; expected an integer/, ["--out", folder.path, "--seed", "one"]],
      [2, /^prepare: invalid --seed: 1,2; expected one value; try --help\n$/, ["--seed", "1", "--seed", "2"]],
      [1, /^prepare: ENOTDIR: [^\n]*\n$/, ["--out", join(COMMAND, "set"), "--val", "1", "--train", "0"]],
    ];
    for (const [code, message, args] of wrong) {
      const { status, stderr } = run(...args);
      assert.equal(status, code, stderr);
      assert.match(stderr, message);
    }
  });
});
