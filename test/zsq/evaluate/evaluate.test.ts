import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { evaluateMap, openDataset, retinaNetEmbedded, type CocoJson, type ImageDataset, type Predictor } from "zsq";
import { assertNoLeaks } from "../../helpers/no-leaks";
import { suiteFolder } from "../../helpers/suite-folder";
import { writeSyntheticDataset } from "../../helpers/synthetic-dataset";
import { tinyDetector } from "../../helpers/tiny-detector";

// Two anchors, clipped to [0, 0, 8, 8] and [24, 0, 40, 8]; logits of columns 0 (background), 1, 2 for each.
const predictor = (logits: number[]): Predictor => ({
  config: { ...retinaNetEmbedded(3), anchors: { sizes: [[16]], ratios: [1] } },
  outputs: ({ shape: [n] }) => tf.tidy(() => ({
    classLogits: [tf.tile(tf.tensor4d(logits, [1, 1, 2, 3]), [n, 1, 1, 1])],
    boxRegression: [tf.zeros<tf.Rank.R4>([n, 1, 2, 4])],
  })),
});
const perfect = predictor([-9, 3, -9, -9, -9, 3]);

describe("evaluateMap", () => {
  const folder = suiteFolder();
  // each image but the last holds the boxes that the anchors are
  const dataset = async (images: number, change = (_: CocoJson): void => undefined): Promise<ImageDataset> => {
    const path = await writeSyntheticDataset(folder, { images });
    const coco = JSON.parse(readFileSync(path, "utf8")) as CocoJson;
    coco.annotations.forEach((a, i) => { [a.bbox, a.area] = [i % 2 ? [24, 0, 16, 8] : [0, 0, 8, 8], 64]; });
    change(coco);
    writeFileSync(path, JSON.stringify(coco));
    return openDataset(path);
  };

  it("is 1 for a perfect detector, whatever the batch size, and leaves no tensor", async () => {
    const set = await dataset(6), steps: number[] = [];
    for (const batchSize of [1, 2, 25]) {
      await assertNoLeaks(async () => {
        const { map, ap50, perClass, detections } = await evaluateMap(perfect, set, { limit: 5, batchSize, onProgress: (done) => steps.push(done) });
        assert.deepEqual([map, ap50, perClass.map(({ name, ap }) => [name, ap])], [1, 1, [["one", 1], ["two", 1]]]);
        assert.deepEqual([...detections.imageIndex], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
      });
    }
    assert.deepEqual(steps, [1, 2, 3, 4, 5, 2, 4, 5, 5]);
  });

  it("keeps no more of 400 images than of 100: it streams", async function () {
    this.timeout(120_000);
    const [width, height] = [160, 128], path = join(folder, "many.json"), detector = tinyDetector(), resident: number[] = [], bytes: number[] = [];
    await sharp({ create: { width, height, channels: 3, background: "gray" } }).png().toFile(join(folder, "many.png"));
    writeFileSync(path, JSON.stringify({
      images: Array.from({ length: 400 }, (_, i) => ({ id: i + 1, file_name: "many.png", width, height })),
      annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 8, 8], area: 64, iscrowd: 0 }], categories: [{ id: 1, name: "one" }, { id: 2, name: "two" }],
    }));
    await evaluateMap({ config: { ...detector.config, image: { ...detector.config.image, resize: { shorter: 64, longer: 100 } } }, outputs: (x) => detector.outputs(x) }, openDataset(path), {
      batchSize: 4, onProgress: (done) => { resident[done] = process.memoryUsage.rss(); bytes[done] = tf.memory().numBytes; },
    });
    detector.dispose();
    assert.equal(bytes[400], bytes[100]);
    // an image as floats is 0.23 MiB: 300 of them would be 70
    const grown = (resident[400] - Math.max(...resident.slice(4, 101).filter(Boolean))) / 2 ** 20;
    assert.ok(grown < 32, `${grown.toFixed(0)} MiB`);
  });

  it("takes images of several sizes in runs of one size", async () => {
    const steps: number[] = [], set = await dataset(6, ({ images }) => images.forEach((image, i) => { if (i % 4 === 3) image.width = 48; }));
    await sharp({ create: { width: 48, height: 32, channels: 3, background: "black" } }).png().toFile(join(folder, "images", "3.png"));
    const { detections } = await evaluateMap(perfect, set, { limit: 5, onProgress: (done) => steps.push(done) });
    assert.deepEqual(steps, [3, 4, 5]);
    assert.deepEqual((await evaluateMap(perfect, set, { limit: 5, batchSize: 1 })).detections, detections);
  });

  it("is 0 for a detector that confuses the classes or says nothing", async () => {
    const set = await dataset(3);
    assert.equal((await evaluateMap(predictor([-9, -9, 3, -9, 3, -9]), set)).map, 0);
    assert.equal((await evaluateMap(predictor(new Array<number>(6).fill(-9)), set)).map, 0);
  });

  it("is a half where one of two objects is found", async () => {
    const { map, perClass } = await evaluateMap(predictor([-9, 3, -9, -9, -9, -9]), await dataset(3));
    assert.deepEqual([map, perClass.map(({ ap }) => ap)], [0.5, [1, 0]]);
  });

  it("counts only the images within the limit, and marks classes that they do not hold", async () => {
    const set = await dataset(4, ({ annotations }) => { annotations[1].category_id = 1; });
    const { map, perClass } = await evaluateMap(predictor([-9, 3, -9, -9, 3, -9]), set, { limit: 1 });
    assert.deepEqual([map, perClass.map(({ ap }) => ap)], [1, [1, -1]]);
  });

  it("leaves detections of the background column out of account", async () => {
    const { map, detections } = await evaluateMap(predictor([5, 3, -9, 5, -9, 3]), await dataset(3), { limit: 2 });
    assert.deepEqual([map, [...detections.labels]], [1, [0, 0, 1, 2, 0, 0, 1, 2]]);
  });

  it("works with a real detector", async () => {
    const detector = tinyDetector(), set = await dataset(3);
    const { map } = await evaluateMap(detector, set, { batchSize: 2 });
    assert.ok(map >= 0 && map < 0.5);
    detector.dispose();
  });

  it("refuses outputs that are not finite and leaves no tensor", async () => {
    const set = await dataset(2);
    await assertNoLeaks(() => assert.rejects(evaluateMap(predictor([-9, NaN, -9, -9, -9, 3]), set),
      { message: "postProcess: invalid class logits of level 0: NaN in image 0 of the batch; expected finite numbers" }));
  });

  it("refuses images without objects, and options out of range", async () => {
    const set = await dataset(3, ({ annotations }) => { annotations.length = 0; });
    await assert.rejects(evaluateMap(perfect, set), { message: "evaluateMap: missing objects: 0 in 3 images; expected at least 1" });
    await assert.rejects(evaluateMap(perfect, set, { batchSize: 0 }), { message: "evaluateMap: invalid batchSize: 0; expected an integer >= 1" });
    await assert.rejects(evaluateMap(perfect, set, { limit: 1.5 }), { message: "evaluateMap: invalid limit: 1.5; expected an integer >= 1" });
  });
});
