import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { partTasks, STUDY_PARTS, trainingTasks } from "zsq/dist/runs/study-tasks";
import { resumeRun } from "zsq/dist/runs/resume-run";
import { RunFolder } from "zsq/dist/runs/run-folder";
import { ResultCache } from "zsq/dist/study/cache";
import { figure1OfPlan } from "zsq/dist/study/figure1";
import { figure4OfPlan } from "zsq/dist/study/figure4";
import { whatIfOfPlan } from "zsq/dist/study/what-if-sweep";
import type { StudyPlan } from "zsq/dist/study/profiles";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyPlan } from "../../helpers/tiny-plan";
import { runCli } from "../../helpers/run-cli";

const STUDY_KINDS = require.resolve("zsq/dist/study/kinds");

describe("the tasks of a study", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  it("are there for every notebook, the comparison and the trainings", async () => {
    const plan = await tinyPlan(folder.path, { clips: 8 }), without = STUDY_PARTS.filter((part) => part !== "train");
    for (const part of without) assert.ok(partTasks([part], plan, 1).length > 0, part);
    const training: StudyPlan = { ...plan, data: null };
    assert.throws(() => partTasks(["train"], training, 1), /studyTasks: unknown part of the paper profile: train/);
    assert.match((await runCli("run", "create", join(folder.path, "run"), "--study", "table9")).stderr, /unknown --study: table9; expected some of figure1, table1, figure2, figure3, figure4, what-if, compare, train/);
  });

  it("are all that figures need: once they have run, nothing is computed", async () => {
    const plan = await tinyPlan(folder.path, { clips: 8 }), cache = join(folder.path, "cache");
    const run = await RunFolder.create(join(folder.path, "run"), partTasks(["figure1", "figure4", "what-if"], plan, 1), { kindsModule: STUDY_KINDS, cache });
    assert.equal((await resumeRun(run, { jobs: 1 })).failed, 0);
    const seen: string[] = [], options = { cache: new ResultCache(cache), onProgress: ({ task }: { task: string }) => void seen.push(task) };
    for (const ofPlan of [figure1OfPlan, figure4OfPlan, whatIfOfPlan]) await ofPlan(plan, 1, options);
    assert.deepEqual([...new Set(seen)], ["from the cache"]);
  });

  it("train thermal from what visible gave", async () => {
    const { train, val } = (await tinyPlan(folder.path)).models[0];
    const data = join(folder.path, "scenes");
    for (const domain of ["visible", "thermal"]) {
      mkdirSync(join(data, domain), { recursive: true });
      for (const [name, path] of [["train", train], ["val", val]] as const) {
        cpSync(join(path, "../images"), join(data, domain, "images"), { recursive: true });
        cpSync(path, join(data, domain, `${name}.json`));
      }
    }
    const tasks = trainingTasks(data, 1, 1);
    assert.deepEqual(tasks.map(({ kind, parameters }) => [kind, parameters]), [["train", { recipe: "visible", seed: 1, epochs: 1 }], ["train", { recipe: "thermal", seed: 1, epochs: 1 }]]);
    const run = await RunFolder.create(join(folder.path, "trainings"), tasks, { kindsModule: STUDY_KINDS, cache: join(folder.path, "cache") });
    assert.deepEqual(run.levels, [1, 1]);
    assert.ok(readFileSync(run.file("tasks.jsonl"), "utf8").includes('"start":{"result"'));
  });
});
