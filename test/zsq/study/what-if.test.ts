import assert from "node:assert/strict";
import { join } from "node:path";
import { whatIfFigure, whatIfHistogram, whatIfTable, layerTable } from "zsq";
import { ResultCache } from "zsq/dist/study/cache";
import type { StudyPlan } from "zsq/dist/study/profiles";
import { whatIfSchema } from "zsq/dist/study/result-schema";
import { answers, describeChoice, whatIfAll, whatIfDefaults, type DetailedAnswer } from "zsq/dist/study/what-if";
import type { WhatIfChoice } from "zsq/dist/study/what-if-choice";
import { sweepChoices, whatIfOfPlan } from "zsq/dist/study/what-if-sweep";
import { whatIfVerdicts } from "zsq/dist/study/what-if-verdicts";
import { suiteFolder } from "../../helpers/suite-folder";
import { tinyPlan } from "../../helpers/tiny-plan";

describe("what if", () => {
  const folder = suiteFolder();
  let plan: StudyPlan, cache: ResultCache;
  before(async () => {
    plan = await tinyPlan(folder, { clips: 8 });
    cache = new ResultCache(join(folder, "cache"));
  });

  const ask = (...changes: Partial<WhatIfChoice>[]): Promise<DetailedAnswer[]> => answers(plan, 1, changes.map((change) => ({ ...whatIfDefaults(plan), ...change })), { jobs: 1, cache });

  it("answers with an interval, a paired difference, a size and every layer, the worst first", async function () {
    this.timeout(120_000);
    const [{ answer: eight }, { answer: four }, { answer: float }] = await ask({}, { activationBits: 4, weightBits: 4 }, { activationBits: 32, weightBits: 32 });
    assert.deepEqual([float.difference.mean, float.layers.length, float.map], [0, 0, float.fullPrecision]);
    assert.ok(Math.abs(4 * eight.sizeMiB - float.sizeMiB) < 1e-9 && Math.abs(8 * four.sizeMiB - float.sizeMiB) < 1e-9);
    assert.ok(Math.abs(eight.map.mean - eight.fullPrecision.mean - eight.difference.mean) < 1e-5);
    for (const { layers } of [eight, four]) layers.forEach(({ sqnr }, i) => assert.ok(i === 0 || sqnr >= layers[i - 1].sqnr));
    const of = (answer: typeof eight, layer: string): number => answer.layers.find((one) => one.layer === layer)!.sqnr;
    for (const { layer } of eight.layers) assert.ok(of(four, layer) < of(eight, layer), layer);
    assert.equal(eight.validationImages, 2);
  });

  it("asks again from the cache alone, and measures nothing twice", async () => {
    const seen: { done: number; total: number }[] = [];
    const choice = { ...whatIfDefaults(plan), activationBits: 5, percentile: 99 };
    const run = (choices: WhatIfChoice[]): Promise<unknown> => answers(plan, 1, choices, { jobs: 1, cache, onProgress: ({ done, total }) => seen.push({ done, total }) });
    await run([choice]);
    assert.equal(seen[0].total - seen[0].done, 1, "images, histograms and full precision are there: one evaluation");
    seen.length = 0;
    await run([choice, { ...choice, calibrator: "min-max", percentile: 80 }, { ...choice, calibrator: "min-max" }]);
    assert.equal(seen[0].total - seen[0].done, 1, "the percentile does not count for minimum and maximum");
  });

  it("leaves layers in float, whose weights then take 32 bits", async () => {
    const [{ answer: all }, { answer: some }] = await ask({ activationBits: 4 }, { activationBits: 4, exclude: ["head."] });
    assert.ok(some.sizeMiB > all.sizeMiB);
    for (const { layer, sqnr, clip } of some.layers) assert.equal(sqnr === 999 && clip === null, layer.startsWith("head."), layer);
    await assert.rejects(ask({ exclude: ["neck"] }), /whatIf: unknown layer: neck; expected the name of a convolution or its beginning/);
  });

  it("makes noise of distilled images after no iteration", async () => {
    const [{ answer: noise }, { answer: none }] = await ask({ activationBits: 3, source: "noise" }, { activationBits: 3, iterations: 0 });
    assert.deepEqual(none.map, noise.map);
    assert.deepEqual(none.layers, noise.layers);
  });

  it("refuses what is not possible, by name", async () => {
    for (const [change, message] of [
      [{ weightBits: 9 }, "invalid weightBits: 9; expected an integer from 2 to 8, or 32"],
      [{ activationBits: 1.5 }, "invalid activationBits: 1.5; expected an integer from 2 to 8, or 32"],
      [{ percentile: 50 }, "invalid percentile: 50; expected more than 50, at most 100"],
      [{ images: 0 }, "invalid images: 0; expected an integer from 1 to 1024"],
      [{ iterations: -1 }, "invalid iterations: -1; expected an integer from 0 to 10000"],
      [{ calibrator: "best" as "mse" }, "invalid calibrator: best; expected one of percentile, min-max, entropy, mse, l2"],
    ] as const) await assert.rejects(whatIfAll([change], { scale: "smoke" }), { name: "RangeError", message: `whatIf: ${message}` });
  });

  it("sweeps a grid, with histograms and the lines that clip them", async function () {
    this.timeout(240_000);
    const result = await whatIfOfPlan(plan, 1, { jobs: 2, cache });
    whatIfSchema.parse(JSON.parse(JSON.stringify(result)));
    assert.equal(result.rows.length, sweepChoices(plan).length);
    assert.deepEqual([...new Set(result.histograms.map(({ source }) => source))], ["distilled", "real"]);
    for (const { counts, clips, from, width } of result.histograms) {
      const [widest, ...others] = [...clips].filter(({ activationBits }) => activationBits === 8).sort((a, b) => b.max - b.min - (a.max - a.min));
      assert.equal(widest.calibrator, "min-max");
      assert.ok(others.every(({ min, max }) => max - min <= widest.max - widest.min));
      assert.ok(counts.length === 120 && Math.abs(from + 120 * width - widest.max) <= (widest.max - widest.min) / 100);
    }
    const figure = whatIfFigure(result);
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
    assert.equal(figure.text.split("\n").length, result.rows.filter(({ weightBits, granularity }) => weightBits === 8 && granularity === "per-channel").length);
    assert.equal(whatIfTable(result.rows).length, result.rows.length);
    const { layer } = result.histograms[0];
    assert.match(whatIfHistogram(result, { source: "distilled", layer, calibrator: "min-max", activationBits: 4 }).svg, /backbone\.body\.conv1, 4 bits, min and max/);
    assert.throws(() => whatIfHistogram(result, { source: "noise", layer, calibrator: "min-max", activationBits: 4 }), /whatIfHistogram: unknown layer: backbone\.body\.conv1 with noise images/);
    assert.throws(() => whatIfHistogram(result, { source: "real", layer, calibrator: "l2", activationBits: 4 }), /whatIfHistogram: unknown range: l2 {2}at 4 bits/);
  });

  it("says in words what was asked", async () => {
    const choice = { ...whatIfDefaults(plan), activationBits: 4, inputRange: "image", exclude: ["head."] } as const;
    assert.equal(describeChoice(choice), "fine-tuned, W8A4, percentile 99.99, weights per channel, 2 distilled images (mean, 1 iterations), image range known, in float: head.");
    assert.equal(describeChoice({ ...choice, source: "real", calibrator: "mse", inputRange: "calibrated", exclude: [] }), "fine-tuned, W8A4, mse, weights per channel, 2 images, real");
    const [{ answer }] = await ask({});
    assert.deepEqual(Object.keys(layerTable(answer.layers, 2)[0]), ["layer", "both, dB", "weights, dB", "inputs, dB", "inputs clipped, %"]);
  });
});

describe("whatIfVerdicts", () => {
  const estimate = (mean: number) => ({ mean, samples: [mean - 0.001, mean, mean + 0.001] });
  const verdict = (percentile: number, minMax: number, entropy: number): string =>
    whatIfVerdicts((calibrator) => estimate({ percentile, "min-max": minMax, entropy }[calibrator]))[0].seen;

  it("is seen if percentile is better than both, reversed if worse, else not seen", () => {
    assert.equal(verdict(0.4, 0.3, 0.35), "seen");
    assert.equal(verdict(0.3, 0.4, 0.35), "reversed");
    assert.equal(verdict(0.35, 0.3, 0.4), "not seen");
    assert.equal(verdict(0.3, 0.3, 0.2), "not seen");
  });
});
