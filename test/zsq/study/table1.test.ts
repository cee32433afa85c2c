import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ResultCache } from "zsq/dist/study/cache";
import { studyPlan, type StudyPlan } from "zsq/dist/study/profiles";
import type { TasksProgress } from "zsq/dist/study/progress";
import { table1Schema } from "zsq/dist/study/result-schema";
import { table1OfPlan, runTable1 } from "zsq/dist/study/table1";
import { table1Tasks } from "zsq/dist/study/table1-tasks";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyPlan } from "../../helpers/tiny-plan";

describe("table1OfPlan", () => {
  const folder = temporaryFolder();

  it("has every row once, is the same for any number of processes and from the cache", async function () {
    this.timeout(300_000);
    const plan = await tinyPlan(folder.path);
    const cache = new ResultCache(join(folder.path, "cache"));
    const one = await table1OfPlan(plan, 1, { jobs: 2, cache });
    assert.equal(one.rows.length, 2 * (1 + 5 * 4));
    assert.equal(new Set(one.rows.map(({ model, precision, inputRange, calibration }) => [model, precision, inputRange, calibration].join())).size, one.rows.length);
    assert.deepEqual(table1Schema.parse(one), one);
    assert.deepEqual(one.verdicts.map(({ claim }) => claim), ["zsq-close-to-fp", "zsq-equals-ptq", "noise-collapses", "mean-only-at-least-mean-std", "sizes-quartered"]);
    for (const { precision, map, sizeMiB } of one.rows) {
      assert.equal(map.seeds, precision === "W32A32" ? 1 : 2);
      assert.equal(sizeMiB, one.rows[0].sizeMiB / (precision === "W32A32" ? 1 : 4));
    }
    const seen: TasksProgress[] = [];
    const again = await table1OfPlan(plan, 1, { jobs: 2, cache, onProgress: (progress) => seen.push(progress) });
    assert.equal(JSON.stringify(again), JSON.stringify(one));
    assert.deepEqual(seen.map(({ task }) => task), ["from the cache"]);
    for (const part of readdirSync(cache.folder)) if (part < "80") rmSync(join(cache.folder, part), { recursive: true });
    assert.equal(JSON.stringify(await table1OfPlan(plan, 1, { jobs: 1, cache })), JSON.stringify(one), "half of the results computed again in one process");
  });

  it("names a checkpoint or data set that is missing, with the remedy", async () => {
    const plan = await tinyPlan(folder.path);
    rmSync(plan.models[1].checkpoint);
    await assert.rejects(table1OfPlan(plan, 1), /^Error: table1: missing checkpoint: .*fine-tuned\.safetensors; expected a trained detector; try npx zsq train$/);
    rmSync(plan.models[0].val);
    await assert.rejects(table1OfPlan(plan, 1), /^Error: table1: missing data set: .*set\.json; expected COCO-format JSON with its images; try npx zsq data$/);
  });

  it("refuses a senseless seed", () => assert.rejects(runTable1({ seed: -1, out: null }), /table1: invalid seed: -1; expected an integer in \[0, 1e9\]/));
});

describe("table1Tasks", () => {
  const folder = temporaryFolder();

  it("makes other tasks when checkpoint, data, seed or counts change, and the same ones otherwise", async () => {
    const plan = await tinyPlan(folder.path);
    const keys = (of: StudyPlan, seed = 1): string[] => table1Tasks(of, seed).tasks.flatMap(({ inputs }) => Object.values(inputs).flatMap((input) => ("result" in input ? [input.result] : [])));
    const first = new Set(keys(plan));
    const common = (other: string[]): number => other.filter((key) => first.has(key)).length;
    assert.equal(common(keys(plan)), keys(plan).length);
    const full = 2; // full precision depends on neither seed nor counts
    assert.equal(common(keys(plan, 2)), full);
    assert.equal(common(keys({ ...plan, counts: { ...plan.counts, images: 1 } })), full);
    const [visible, thermal] = plan.models;
    assert.equal(common(keys({ ...plan, models: [{ ...visible, checkpoint: thermal.checkpoint }] })), common(keys({ ...plan, models: [thermal] })));
    const noiseAndDistilled = keys({ ...plan, models: [{ ...visible, train: visible.val }] });
    assert.equal(common(noiseAndDistilled), noiseAndDistilled.length - 2 * 2, "training images matter to real and shuffled alone");
  });
});

describe("studyPlan", () => {
  it("gives the embedded profile's models, data and counts", () => {
    const plan = studyPlan("embedded", "smoke");
    assert.deepEqual(plan.models.map(({ model }) => model), ["pretrained", "fine-tuned"]);
    assert.match(plan.models[1].val, /data\/scenes-smoke\/thermal\/val\.json$/);
    assert.equal(studyPlan("embedded", "full").counts.images, 128);
  });

  it("refuses what it does not know or cannot do yet", async () => {
    assert.throws(() => studyPlan("embedded", "huge"), { message: "studyPlan: unknown scale: huge; expected one of smoke, default, full" });
    assert.throws(() => studyPlan("other", "smoke"), { message: "studyPlan: unknown profile: other; expected embedded or paper" });
    await assert.rejects(runTable1({ profile: "paper" }), /studyPlan: missing file of the paper profile: /);
  });
});
