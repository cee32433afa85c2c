import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDataset, type CocoJson } from "zsq";
import { noisePixels, writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { suiteFolder } from "../../helpers/suite-folder";

describe("openDataset", () => {
  const folder = suiteFolder();
  let path: string;
  beforeEach(async () => { path = await writeSyntheticDataset(folder); });
  const change = (f: (coco: CocoJson) => void): void => {
    const coco = JSON.parse(readFileSync(path, "utf8")) as CocoJson;
    f(coco);
    writeFileSync(path, JSON.stringify(coco));
  };

  it("says what the data set holds", () => {
    const { size, imageShape, images, categories, groundTruth } = openDataset(path);
    assert.deepEqual([size, imageShape, images[2].id], [4, [32, 64], 12]);
    assert.deepEqual(categories, [{ id: 1, name: "one" }, { id: 2, name: "two" }]);
    assert.equal(groundTruth.annotations.length, 6);
  });

  it("loads pixels and objects in the order asked for", async () => {
    const { pixels, shape, objects } = await openDataset(path).load([3, 0, 0]);
    assert.deepEqual(shape, [3, 32, 64, 3]);
    assert.deepEqual(pixels, Uint8Array.from([...noisePixels(3), ...noisePixels(0), ...noisePixels(0)]));
    assert.deepEqual(objects[0], { boxes: new Float32Array(0), labels: new Int32Array(0) });
    assert.deepEqual(objects[1], { boxes: Float32Array.of(0, 2, 12, 18, 4, 2, 16, 18), labels: Int32Array.of(1, 2) });
  });

  it("loads nothing when asked for nothing", async () => {
    assert.deepEqual(await openDataset(path).load([]), { pixels: new Uint8Array(0), shape: [0, 32, 64, 3], objects: [] });
  });

  it("loads the same from memory, without the files", async () => {
    const dataset = openDataset(path), steps: number[] = [];
    const before = await dataset.load([1, 2]);
    await dataset.loadAll({ onProgress: (done, total) => steps.push(done, total) });
    renameSync(join(folder, "images"), join(folder, "gone"));
    assert.deepEqual(await dataset.load([1, 2]), before);
    assert.deepEqual(steps, [1, 4, 2, 4, 3, 4, 4, 4]);
    rmSync(join(folder, "gone"), { recursive: true });
  });

  it("hands out copies of what it keeps", async () => {
    const dataset = openDataset(path);
    await dataset.loadAll();
    (await dataset.load([0])).pixels.fill(0);
    assert.deepEqual((await dataset.load([0])).pixels, noisePixels(0));
  });

  it("leaves crowds and boxes without area out of the objects, not out of the ground truth", () => {
    change(({ annotations }) => { annotations[0].iscrowd = 1; annotations[1].bbox[2] = 0; });
    const dataset = openDataset(path);
    assert.equal(dataset.objectsOf(0).labels.length, 0);
    assert.equal(dataset.groundTruth.annotations.length, 6);
  });

  it("takes the images from another folder", async () => {
    renameSync(join(folder, "images"), join(folder, "pictures"));
    change(({ images }) => images.forEach((image) => { image.file_name = image.file_name.replace("images/", ""); }));
    assert.deepEqual((await openDataset(path, { imageFolder: join(folder, "pictures") }).load([1])).pixels, noisePixels(1));
    rmSync(join(folder, "pictures"), { recursive: true });
  });

  it("names a missing image, loading one or all", async () => {
    rmSync(join(folder, "images", "2.png"));
    const dataset = openDataset(path);
    await assert.rejects(dataset.load([2]), /^Error: decodeImage: missing .*2\.png: ENOENT/);
    await assert.rejects(dataset.loadAll({ concurrency: 1 }), /^Error: decodeImage: missing .*2\.png: ENOENT/);
  });

  it("refuses indices out of range", async () => {
    const dataset = openDataset(path), message = (x: number): object => ({ message: `ImageDataset: invalid index: ${x}; expected an integer in [0, 4)` });
    for (const x of [-1, 4, 0.5]) await assert.rejects(dataset.load([x]), message(x));
    assert.throws(() => dataset.objectsOf(4), message(4));
  });

  it("refuses a data set without images", () => {
    change((coco) => { coco.images.length = coco.annotations.length = 0; });
    assert.throws(() => openDataset(path), { message: `openDataset: missing images in ${path}: 0; expected at least 1` });
  });

  it("opens images of several sizes, to be loaded size by size", async () => {
    change(({ images }) => { images[2].width = 65; });
    const dataset = openDataset(path), message = { message: "ImageDataset: unsupported size of images[2]: 65 x 32; expected 64 x 32 as the others" };
    assert.deepEqual([dataset.shapeOf(0), dataset.shapeOf(2)], [[32, 64], [32, 65]]);
    assert.deepEqual((await dataset.load([0, 1])).shape, [2, 32, 64, 3]);
    await assert.rejects(dataset.load([1, 2]), message);
    await assert.rejects(dataset.loadAll(), message);
    assert.throws(() => dataset.imageShape, message);
  });

  it("finds images in the folder that the file names", async () => {
    const moved = join(folder, "elsewhere", "set.json");
    mkdirSync(join(folder, "elsewhere"), { recursive: true });
    change((coco) => { coco.info = { image_folder: ".." }; });
    writeFileSync(moved, readFileSync(path));
    assert.deepEqual((await openDataset(moved).load([1])).pixels, noisePixels(1));
    change((coco) => { coco.info = { window: [5, 5] }; });
    assert.throws(() => openDataset(path), /^Error: readCocoJson: invalid info\.window in .*: \[5,5\]; expected \[low, high\] with low < high$/);
  });

  it("refuses file names that lead out of the folder", () => {
    for (const name of ["../a.png", "/etc/a.png"]) {
      change(({ images }) => { images[1].file_name = name; });
      assert.throws(() => openDataset(path), { message: `openDataset: invalid images[1].file_name in ${path}: ${name}; expected a path inside ${folder}` });
    }
  });
});
