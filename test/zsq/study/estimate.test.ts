import assert from "node:assert/strict";
import { join } from "node:path";
import { ResultCache } from "zsq/dist/study/cache";
import { estimateNotebooks } from "zsq/dist/study/estimate";
import { kinds } from "zsq/dist/study/kinds";
import { table1Tasks } from "zsq/dist/study/table1-tasks";
import { describeTask, kindOf } from "zsq/dist/study/task";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { tinyPlan } from "../../helpers/tiny-plan";

describe("estimateNotebooks", () => {
  const folder = temporaryFolder();

  it("counts what the cache lacks, once, among the processes", async () => {
    const plan = await tinyPlan(folder.path, { clips: 8 });
    const cache = new ResultCache(join(folder.path, "cache"));
    const estimate = (jobs: number) => estimateNotebooks(["table1", "figure4"], plan, 1, { cache, jobs }).map(({ seconds }) => seconds);
    const [one, afterwards] = estimate(1);
    const [two] = estimate(2);
    const { tasks } = table1Tasks(plan, 1);
    const unique = new Map(tasks.map((task) => [JSON.stringify(describeTask(task, kinds)), kindOf(task, kinds).cost(task.parameters)]));
    const cost = [...unique.values()].reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(one - afterwards - cost) < 1e-9, "Figure 4 needs distillations of Table 1 alone");
    assert.ok(Math.abs(two - afterwards - cost / 2) < 1e-9);
    cache.write(describeTask(tasks[0], kinds), { value: 1 });
    assert.ok(Math.abs(one - estimate(1)[0] - kindOf(tasks[0], kinds).cost(tasks[0].parameters)) < 1e-9);
  });
});
