// What spreading work costs: npm run bench runs
// 1,000 empty tasks through local workers, the same distillations with one worker and with two, and the memory of the
// process that coordinates 100 to 10,000 empty tasks; ZSQ_BENCH_TASKS=100000 goes further.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { runTasks } = require("zsq/dist/study/executor");
const { ResultCache } = require("zsq/dist/study/cache");
const { distillTask } = require("zsq/dist/study/distill-task");
const { sha256OfFile } = require("zsq/dist/weights/checksum");
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

async function timed(folder, tasks, options) {
  rmSync(folder, { recursive: true, force: true });
  const start = performance.now();
  await runTasks(tasks, { ...options, cache: new ResultCache(folder) });
  return (performance.now() - start) / 1000;
}

// bytes of the coordinating process by number of tasks
function memory(folder, log) {
  const most = Number(process.env.ZSQ_BENCH_TASKS ?? 10_000), counts = [100, 1000, 10_000, 100_000].filter((count) => count <= most);
  const all = counts.map((count) => {
    rmSync(folder, { recursive: true, force: true });
    const found = JSON.parse(execFileSync(process.execPath, ["--expose-gc", path.join(root, "test/bench/runs/coordinator.mjs"), folder, String(count)], { encoding: "utf8", env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" } }));
    log(`coordinating ${count} empty tasks: heap at most ${(found.heap / 2 ** 20).toFixed(1)} MiB, resident ${(found.rss / 2 ** 20).toFixed(0)} MiB, ${found.seconds.toFixed(1)} s`);
    return { count, ...found };
  });
  rmSync(folder, { recursive: true, force: true });
  const [least] = all, last = all[all.length - 1];
  log(`${last.count} tasks take ${(last.heap / least.heap).toFixed(2)}x the heap of ${least.count}, and ${(last.rss / least.rss).toFixed(2)}x the resident memory`);
  return { counts: all, heap: last.heap / least.heap, resident: last.rss / least.rss };
}

export async function run({ folder, log }) {
  if (process.env.ZSQ_BENCH_TASKS) return { memory: memory(path.join(folder, "memory"), log) };
  const cache = path.join(folder, "cache"), kindsModule = path.join(root, "test/dist/helpers/tiny-kinds.js");
  const empty = Array.from({ length: 1000 }, (_, i) => ({ kind: "square", name: `task ${i}`, parameters: { numbers: [i] }, inputs: {} }));
  const overhead = await timed(cache, empty, { jobs: 2, kindsModule });
  log(`1,000 empty tasks, 2 workers: ${overhead.toFixed(1)} s (at most 30)`);
  const checkpoint = path.join(root, "data-scripts/weights/embedded/visible.safetensors"), input = { path: checkpoint, sha256: sha256OfFile(checkpoint) };
  const tasks = Array.from({ length: 8 }, (_, k) => distillTask(`images ${k}`, { preset: "paper-mean", images: 8, firstImage: 8 * k, snapshots: [20], imageShape: [128, 160], seed: 1 }, input));
  const one = await timed(cache, tasks, { jobs: 1 }), two = await timed(cache, tasks, { jobs: 2 });
  log(`8 distillations of 8 images x 20 iterations: ${one.toFixed(1)} s with one worker, ${two.toFixed(1)} s with two: ${(one / two).toFixed(2)}x (at least 1.7)`);
  rmSync(cache, { recursive: true, force: true });
  return { overhead, one, two, scaling: one / two, memory: memory(path.join(folder, "memory"), log) };
}
