import assert from "node:assert/strict";
import { join } from "node:path";
import { ResultCache } from "zsq/dist/study/cache";
import { compareOfPlan } from "zsq/dist/study/compare";
import { compareSchema } from "zsq/dist/study/compare-schema";
import { compareScales, type ComparePlan } from "zsq/dist/study/compare-tasks";
import { comparedMethods, comparedMethod } from "zsq/dist/study/methods";
import { compareTable, methodTable } from "zsq/dist/plot/compare-table";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyPlan } from "../../helpers/tiny-plan";
import { runCli } from "../../helpers/run-cli";

describe("compareOfPlan", () => {
  const folder = temporaryFolder();

  it("has a row for every method and precision, failures with their reason, and resumes from the cache", async function () {
    this.timeout(300_000);
    const plan = await tinyPlan(folder.path), cache = new ResultCache(join(folder.path, "cache"));
    const chosen: ComparePlan = { ...compareScales.smoke, validation: 2, methods: comparedMethods.map(({ id }) => id), inputRange: "image", precisions: ["W8A8", "W1A8"] };
    const one = { ...plan, models: [plan.models[0]] };
    const result = await compareOfPlan(one, chosen, 1, { jobs: 2, cache });
    assert.deepEqual(compareSchema.parse(result), result);
    assert.equal(result.rows.length, 1 + 2 * comparedMethods.length);
    for (const row of result.rows.filter(({ precision }) => precision === "W8A8")) {
      assert.equal(row.failed, null, `${row.method}: ${row.failed}`);
      assert.ok(row.map && row.sizeMiB && row.peakMiB > 0);
      if (row.method !== "noise") assert.ok(row.beyondNoise);
    }
    for (const row of result.rows.filter(({ precision }) => precision === "W1A8")) {
      assert.equal(row.map, null);
      assert.match(row.failed!, /^1 of 1 seeds: .*invalid bits: 1; expected an integer from 2 to 16/);
    }
    const table = compareTable(result);
    assert.equal(table.length, 1 + comparedMethods.length);
    assert.match(table[1]["W1A8, mAP % [95 %]"], /^failed: /);
    const seen: string[] = [];
    const again = await compareOfPlan(one, chosen, 1, { jobs: 1, cache, onProgress: ({ task }) => seen.push(task) });
    assert.deepEqual(new Set(seen), new Set(["from the cache"]));
    assert.equal(JSON.stringify(again), JSON.stringify(result));
  });

  it("refuses an unknown method and a senseless count", async () => {
    assert.throws(() => comparedMethod("magic"), /compare: unknown method: magic; expected one of real, shuffled, noise/);
    const plan = await tinyPlan(folder.path);
    await assert.rejects(compareOfPlan(plan, { ...compareScales.smoke, methods: ["noise"], inputRange: "image", seeds: 0 }, 1), /compare: invalid seeds: 0; expected an integer >= 1/);
  });
});

describe("zsq compare", () => {
  it("lists the methods with source, deviations and published figures", async () => {
    const { code, stdout } = await runCli("compare", "--list");
    assert.equal(code, 0);
    for (const { id, label } of comparedMethods) assert.ok(stdout.includes(id) && stdout.includes(label), id);
    assert.equal(methodTable(comparedMethods).length, comparedMethods.length);
  });

  it("names an unknown method", async () => {
    const { code, stderr } = await runCli("compare", "--methods", "magic");
    assert.equal(code, 2);
    assert.match(stderr, /unknown --methods: magic; expected one or more of real, /);
  });
});
