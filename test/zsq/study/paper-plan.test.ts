import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset, saveCheckpoint } from "zsq";
import { cocoSplits } from "data-scripts/dist/coco/layout";
import { flirSplits } from "data-scripts/dist/flir/layout";
import { verifySplits } from "data-scripts/dist/downloads/verify";
import { convertWeights, describeDisk, estimateFineTuning, estimatePaper, fineTune, secondsPerImage } from "zsq/dist/cli/paper";
import { ResultCache } from "zsq/dist/study/cache";
import { figure2OfPlan } from "zsq/dist/study/figure2";
import { figure3OfPlan } from "zsq/dist/study/figure3";
import { figure4OfPlan } from "zsq/dist/study/figure4";
import { paperFiles, paperPlan, processes, selectImages } from "zsq/dist/study/paper-plan";
import { studyPlan } from "zsq/dist/study/profiles";
import { table1OfPlan } from "zsq/dist/study/table1";
import { readCard } from "zsq/dist/weights/checkpoint-card";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { writeCocoTree, writeFlirTree } from "../../helpers/download-trees";
import { runCli } from "../../helpers/run-cli";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { randomDetector, tinyConfig } from "../../helpers/tiny-detector";

const GIB = 2 ** 30;

describe("the paper profile", () => {
  const folder = temporaryFolder(), inside = (name: string): string => join(folder.path, name);
  const environment = { ...process.env };
  beforeEach(() => Object.assign(process.env, { ZSQ_PAPER: inside("data"), ZSQ_CACHE: inside("cache") }));
  afterEach(() => { process.env = { ...environment }; });

  const writeWeights = (name: string, classes: number): string => {
    const detector = randomDetector({ ...tinyConfig(classes), image: { ...tinyConfig().image, resize: { shorter: 40, longer: 64 } } });
    saveCheckpoint(inside(name), detector);
    detector.dispose();
    return inside(name);
  };
  // the user's trees, verified, as reproduce does it
  async function prepareData(): Promise<void> {
    await Promise.all([writeCocoTree(inside("coco"), 6), writeFlirTree(inside("flir"), { train: 18, val: 5 })]);
    const files = paperFiles("smoke");
    await verifySplits(cocoSplits(inside("coco"), { images: 6, annotations: 12 }), { out: files.coco });
    await verifySplits(flirSplits(inside("flir"), { expected: { train: 18, val: 5 } }), { out: files.flir });
    selectImages("smoke");
  }

  it("goes from the user's trees to Table 1 and the figures, with images of several sizes, and again from the cache", async function () {
    this.timeout(300_000);
    await prepareData();
    const before = tf.memory().numTensors, write = process.stdout.write;
    process.stdout.write = () => true;
    try {
      const given = { coco: inside("coco"), flir: inside("flir"), weights: writeWeights("w91.safetensors", 91) };
      assert.equal(convertWeights(given, "smoke"), true, "no fine-tuned weights yet");
      const { seconds, bytes } = estimateFineTuning("smoke", 0.1), disk = statSync(paperFiles("smoke").pretrained).size;
      assert.ok(seconds > 0.3 && seconds < 30 && bytes > disk);
      await fineTune("smoke", 1);
      assert.equal(convertWeights(given, "smoke"), false, "trained from these weights");
    } finally {
      process.stdout.write = write;
    }
    assert.ok(readCard(paperFiles("smoke").fineTuned)!.map! >= 0);
    const plan = { ...studyPlan("paper", "smoke"), jobs: 2 }, [pretrained, fineTuned] = plan.models;
    assert.deepEqual([plan.imageShape, pretrained.images, fineTuned.images], [[32, 32], 4, 4]);
    assert.deepEqual(openDataset(pretrained.val).images.map(({ height }) => height), [32, 48, 48, 32], "evenly spread, of two sizes");
    assert.deepEqual(openDataset(fineTuned.train).images.map(({ frame }) => frame), Array.from({ length: 16 }, (_, i) => i + 1), "the first of the film, in order");
    const seconds = await secondsPerImage(paperFiles("smoke")), estimates = estimatePaper(["table1", "figure4"], plan, 1, seconds);
    assert.ok(estimates.every((one) => one.seconds > 0) && estimates[0].bytes >= 4 * 2 * 2 * 32 * 32 * 3 * 4 && estimates[1].bytes === 0, "figure 4 finds Table 1's images");
    assert.match(describeDisk(estimates), /^disk: at most \d MiB of results in .*, where [\d.]+ GiB are free$/);
    assert.match(describeDisk(estimates, 3 * GIB), /^disk: at most 3\.0 GiB/);
    assert.match(describeDisk(estimates, 2 ** 60), /: NOT ENOUGH; ZSQ_CACHE names another folder$/);

    const options = { jobs: 2, cache: new ResultCache() };
    const table = await table1OfPlan(plan, 1, options);
    assert.deepEqual([table.profile, table.rows.length, new Set(table.rows.map(({ dataset }) => dataset))], ["paper", 2 * (1 + 5 * 4), new Set(["COCO val2017", "FLIR ADAS"])]);
    assert.ok(table.paper.every(({ why }) => why.startsWith("the same data and architecture")));
    const figures = [await figure2OfPlan(plan, 1, options), await figure3OfPlan(plan, 1, options), await figure4OfPlan(plan, 1, options, inside("results"))];
    assert.deepEqual(figures.map(({ rows }) => rows.length), [2 * 2 * 2 * 2, 4 * 4 * 2, 2 * 2]);
    assert.equal(tf.memory().numTensors, before);
    const started: string[] = [];
    assert.deepEqual((await table1OfPlan(plan, 1, { ...options, onProgress: ({ task }) => started.push(task) })).rows, table.rows);
    assert.deepEqual(started, ["from the cache"]);
  });

  it("takes fine-tuned weights, and refuses those of another number of classes", () => {
    const write = process.stdout.write;
    process.stdout.write = () => true;
    try {
      const weights = writeWeights("w91.safetensors", 91), four = writeWeights("w4.safetensors", 4), given = { coco: "", flir: "", weights };
      assert.equal(convertWeights({ ...given, fineTuned: four }, "smoke"), false);
      assert.equal(convertWeights(given, "smoke"), false, "given before");
      assert.throws(() => convertWeights({ ...given, weights: four }, "smoke"), /^Error: reproduce: invalid number of classes of .*w4\.safetensors: 4; expected 91, background included$/);
    } finally {
      process.stdout.write = write;
    }
  });

  it("says what is missing", async () => {
    assert.throws(() => paperPlan("full"), /^Error: studyPlan: missing file of the paper profile: .*paper.full.coco.val\.json; expected it prepared; try npm run reproduce -- --profile paper --scale full --coco DIR --flir DIR --weights FILE$/);
    const run = (...args: string[]): ReturnType<typeof runCli> => runCli("reproduce", "--profile", "paper", ...args);
    assert.deepEqual(await run("--coco", inside("a")).then(({ code, stderr }) => [code, stderr]), [2, "zsq: missing --flir: expected --coco DIR --flir DIR --weights FILE with --profile paper; try zsq --help\n"]);
    const nowhere = await run("--coco", inside("a"), "--flir", inside("b"), "--weights", inside("c"));
    assert.deepEqual([nowhere.code, /^reproduce: missing file or folder: .*a; expected a download of the user's/.test(nowhere.stderr)], [1, true]);
    assert.equal((await run("--coco", folder.path, "--flir", folder.path, "--weights", folder.path, "--resize", "9")).code, 2);
  });

  it("keeps the selection's annotations to the selected images", async () => {
    await prepareData();
    const { info, images, annotations } = JSON.parse(readFileSync(join(paperFiles("smoke").selected.flir, "val.json"), "utf8")) as { info: { image_folder: string }; images: { id: number }[]; annotations: { image_id: number; category_id: number }[] };
    assert.deepEqual([info.image_folder, images.length, annotations.length], [join(inside("flir"), "val"), 4, 12]);
    const ids = new Set(images.map(({ id }) => id));
    assert.ok(annotations.every(({ image_id, category_id }) => ids.has(image_id) && category_id <= 3), "no dogs");
    writeFileSync(join(paperFiles("smoke").coco, "val.json"), "{}");
    assert.throws(() => selectImages("smoke"), /readCocoJson: /);
  });

  it("starts as many processes as memory holds", () => {
    assert.equal(processes({ gpu: null, freeBytes: 24 * GIB }, 16), 6);
    assert.equal(processes({ gpu: null, freeBytes: 1 * GIB }, 16), 1);
    assert.equal(processes({ gpu: { name: "NVIDIA H100", bytes: 80 * GIB }, freeBytes: 128 * GIB }, 16), 5);
  });
});
