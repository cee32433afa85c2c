// What spreading work costs: npm run bench runs
// 1,000 empty tasks through local workers, and the same distillations with one worker and with two.
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

export async function run({ folder, log }) {
  const cache = path.join(folder, "cache"), kindsModule = path.join(root, "test/dist/helpers/tiny-kinds.js");
  const empty = Array.from({ length: 1000 }, (_, i) => ({ kind: "square", name: `task ${i}`, parameters: { numbers: [i] }, inputs: {} }));
  const overhead = await timed(cache, empty, { jobs: 2, kindsModule });
  log(`1,000 empty tasks, 2 workers: ${overhead.toFixed(1)} s (at most 30)`);
  const checkpoint = path.join(root, "data-scripts/weights/embedded/visible.safetensors"), input = { path: checkpoint, sha256: sha256OfFile(checkpoint) };
  const tasks = Array.from({ length: 8 }, (_, k) => distillTask(`images ${k}`, { preset: "paper-mean", images: 8, firstImage: 8 * k, snapshots: [20], imageShape: [128, 160], seed: 1 }, input));
  const one = await timed(cache, tasks, { jobs: 1 }), two = await timed(cache, tasks, { jobs: 2 });
  log(`8 distillations of 8 images x 20 iterations: ${one.toFixed(1)} s with one worker, ${two.toFixed(1)} s with two: ${(one / two).toFixed(2)}x (at least 1.7)`);
  rmSync(cache, { recursive: true, force: true });
  return { overhead, one, two, scaling: one / two };
}
