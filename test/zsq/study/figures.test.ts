import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { figure1Framework, figure1Loop, figure1Pictures, figure2Figure, figure3Figure, figure3Spread, figure3Table, figure4Colour, figure4Gallery, figure4Pictures, writeReport } from "zsq";
import { ResultCache } from "zsq/dist/study/cache";
import { figure1OfPlan } from "zsq/dist/study/figure1";
import { figure2OfPlan } from "zsq/dist/study/figure2";
import { figure3OfPlan } from "zsq/dist/study/figure3";
import { figure4OfPlan } from "zsq/dist/study/figure4";
import { figureBundle } from "zsq/dist/plot/show";
import { figure1Schema, figure2Schema, figure3Schema, figure4Schema } from "zsq/dist/study/result-schema";
import { table1OfPlan } from "zsq/dist/study/table1";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyDetector } from "../../helpers/tiny-detector";
import { tinyPlan } from "../../helpers/tiny-plan";

describe("figures of a plan", () => {
  const folder = temporaryFolder();

  it("1: the pipeline's steps as drawings, with pictures, in the report", async function () {
    this.timeout(300_000);
    const plan = await tinyPlan(folder.path);
    const before = tf.memory().numTensors;
    const out = join(folder.path, "embedded", "results");
    const result = await figure1OfPlan(plan, 1, { jobs: 2, cache: new ResultCache(join(folder.path, "cache")) }, out);
    figure1Schema.parse(result);
    const detector = tinyDetector(1);
    const norms = detector.architecture.ofKind("batchNorm");
    detector.dispose();
    for (const { batchNorms, channels, trainImages, lossBefore, lossAfter } of result.rows) {
      assert.deepEqual([batchNorms, trainImages], [norms.length, 3]);
      assert.equal(channels, result.layers.reduce((sum, layer) => sum + layer.channels, 0));
      assert.ok(lossAfter < lossBefore, `${lossBefore} to ${lossAfter}`);
    }
    assert.deepEqual(readFileSync(join(out, result.rows[0].noise)), readFileSync(join(out, result.rows[1].noise)), "both start from the same noise");
    assert.notDeepEqual(readFileSync(join(out, result.rows[0].distilled)), readFileSync(join(out, result.rows[1].distilled)));
    const pictures = await figure1Pictures(result, { out: folder.path });
    assert.equal(tf.memory().numTensors, before);
    const [framework, loop] = [figure1Framework(result, pictures), figure1Loop(result, pictures)];
    assert.deepEqual([framework, loop].map(({ svg }) => svg.match(/<image /g)?.length), [4, 2]);
    for (const words of [`${norms.length} batch norms`, "W8A8, W8A4", "percentile 99.99", "per output channel", "2 distilled images", "3 training images"]) assert.ok(framework.svg.includes(words), words);
    for (const words of ["loss: mean", "rate 0.1", "preset paper-mean", "32 x 64 x 3", `${result.rows[1].channels} channels`]) assert.ok(loop.svg.includes(words), words);
    assert.deepEqual(Object.keys(figureBundle(framework, { name: "framework" })), ["image/svg+xml", "text/plain"]);
    const hostile = figure1Framework({ ...result, rows: [{ ...result.rows[0], dataset: "</text><script>" }] }, pictures).svg;
    assert.ok(!hostile.includes("<script>") && hostile.includes("&lt;script&gt;"));
    assert.throws(() => figure1Loop(result, new Map()), /^Error: figure1: missing picture: figure1\/fine-tuned-noise\.png; expected it among 0$/);
    writeFileSync(join(out, "figure1.json"), JSON.stringify(result));
    const page = readFileSync(await writeReport({ out: folder.path, profile: "embedded" }), "utf8");
    assert.equal(page.match(/<image /g)?.length, 4 * (4 + 2), "each drawing for light and dark, wide and narrow");
  });

  it("2: a row per model, scheme, loss, snapshot and seed, that agrees with Table 1 and shares its work", async function () {
    this.timeout(300_000);
    const plan = { ...(await tinyPlan(folder.path)) };
    plan.counts = { ...plan.counts, validation: 3 }; // all images: the same mAP as Table 1
    const cache = new ResultCache(join(folder.path, "cache"));
    const table = await table1OfPlan(plan, 1, { jobs: 2, cache });
    const seen: { done: number; total: number }[] = [];
    const { rows, references, verdicts, ...rest } = await figure2OfPlan(plan, 1, { jobs: 2, cache, onProgress: ({ done, total }) => seen.push({ done, total }) });
    figure2Schema.parse({ rows, references, verdicts, ...rest });
    assert.equal(rows.length, 2 * 2 * 2 * 3 * 2);
    assert.equal(new Set(rows.map(({ model, precision, loss, iterations, seed }) => [model, precision, loss, iterations, seed].join())).size, rows.length);
    assert.equal(seen[0].total - seen[0].done, 2 * (2 * 2 + 2), "evaluations of the snapshot that Table 1 lacks, and scores");
    const mean = (of: typeof rows): number => of.reduce((sum, { map }) => sum + map, 0) / of.length;
    for (const { model, precision, inputRange, calibration, map } of table.rows) {
      const same = (row: { model: string; precision: string; inputRange: string }): boolean => row.model === model && row.precision === precision && row.inputRange === inputRange;
      const loss = { "distilled-mean": "mean", "distilled-mean-std": "mean+std" }[calibration as string];
      const curve = rows.filter((row) => same(row) && row.iterations === 1 && row.loss === loss);
      if (curve.length) assert.ok(Math.abs(mean(curve) - map.mean) < 1e-6);
      const line = references.find((one) => same(one) && one.calibration === calibration);
      if (line) assert.ok(Math.abs(line.map - map.mean) < 1e-6);
    }
    for (const { iterations, map, loss, ...row } of rows) {
      if (iterations === 0) assert.equal(map, rows.find((other) => other.iterations === 0 && other.loss !== loss && other.model === row.model && other.precision === row.precision && other.seed === row.seed)!.map);
    }
    assert.deepEqual(verdicts.map(({ claim }) => claim), ["distillation-beats-noise", "mean-only-along-the-curve", "loss-falls"]);
    const figure = figure2Figure({ rows, references });
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
    assert.equal(figure.text.split("\n").length, rows.length + references.length);
  });

  it("3: a row per batch, scheme and source, and what each source comes to", async function () {
    this.timeout(300_000);
    const plan = await tinyPlan(folder.path, { clips: 8 });
    const { rows, summary, verdicts, ...rest } = await figure3OfPlan(plan, 1, { jobs: 2, cache: new ResultCache(join(folder.path, "cache")) });
    figure3Schema.parse({ rows, summary, verdicts, ...rest });
    assert.deepEqual([rows.length, summary.length], [4 * 4 * 2, 4 * 4]);
    for (const { source, precision, inputRange, mean, std, min, max, n } of summary) {
      const maps = rows.filter((row) => row.source === source && row.precision === precision && row.inputRange === inputRange).map(({ map }) => map);
      assert.equal(n, 2);
      assert.ok(Math.abs(mean - (maps[0] + maps[1]) / 2) < 1e-12 && Math.abs(std - Math.abs(maps[0] - maps[1]) / Math.SQRT2) < 1e-12);
      assert.deepEqual([min, max], [Math.min(...maps), Math.max(...maps)]);
    }
    assert.deepEqual(verdicts.map(({ claim }) => claim), ["zsq-batches-equal-on-average", "zsq-batches-narrower"]);
    const figure = figure3Figure({ rows, summary, ...rest });
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
    assert.equal(figure3Table({ summary, ...rest }).length, summary.length);
    assert.equal(figure3Spread(rest).length, 3 * 4, "distilled against each other source, by each scheme");
    for (const { against, precision, inputRange, difference: { mean, ci95: [low, high] }, levene } of rest.spreads) {
      const std = (source: string): number => summary.find((row) => row.source === source && row.precision === precision && row.inputRange === inputRange)!.std;
      assert.ok(Math.abs(mean - (std("distilled") - std(against))) < 6e-7, "intervals are rounded to 1e-6");
      assert.ok(low <= high);
      assert.equal(levene, null, "two batches are too few");
    }
    assert.equal((figure.layout.shapes as unknown[]).length, 4 * (1 + 3 * 4), "per panel full precision, and for each source box, median and percentiles");
  });

  it("4: pictures beside the result, colours from gray to 255, no tensors left", async function () {
    this.timeout(300_000);
    const plan = await tinyPlan(folder.path);
    const cache = new ResultCache(join(folder.path, "cache"));
    const before = tf.memory().numTensors;
    const out = join(folder.path, "embedded", "results");
    const result = await figure4OfPlan(plan, 1, { jobs: 2, cache }, out);
    figure4Schema.parse(result);
    assert.deepEqual(result.rows.map(({ model, iterations }) => `${model} ${iterations}`), ["pretrained", "fine-tuned"].flatMap((model) => plan.counts.curve.map((i) => `${model} ${i}`)));
    for (const { image } of [...result.rows, ...result.references]) assert.ok(existsSync(join(out, image)), image);
    assert.equal(result.rows[0].chroma, result.rows[3].chroma, "both models start from the same noise");
    const pictures = await figure4Pictures(result, { out: folder.path });
    assert.equal(tf.memory().numTensors, before);
    const gallery = figure4Gallery(result, pictures);
    assert.equal((gallery.layout.images as unknown[]).length, 2 * 2, "noise and the real image of each: the tiny plan has no other iterations that are shown");
    assert.equal(gallery.svg.match(/<image /g)?.length, 4);
    assert.equal(figure4Colour(result).text.split("\n").length, result.rows.length + 2);
    assert.throws(() => figure4Gallery(result, new Map()), /figure4Gallery: missing picture: figure4\/pretrained-0\.png; expected it among 0/);
  });
});
