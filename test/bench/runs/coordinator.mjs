// Works on a run of N tasks that do nothing, and prints what the process that coordinates them took: coordinator.mjs DIR N
// (node --expose-gc). Memory is read a hundred times while tasks run: `heap` after a collection, `rss` as it is.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { RunFolder } = require("zsq/dist/runs/run-folder");
const { resumeRun } = require("zsq/dist/runs/resume-run");
const [dir, count] = process.argv.slice(2), total = Number(count);
const kindsModule = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../dist/helpers/tiny-kinds.js");

function* tasks() {
  for (let i = 0; i < total; i++) yield { kind: "nothing", name: `task ${i}`, parameters: { i }, inputs: {} };
}

const folder = await RunFolder.create(path.join(dir, "run"), tasks(), { kindsModule, cache: path.join(dir, "cache") });
globalThis.gc();
const memory = { heap: 0, rss: 0 }, start = performance.now();
let next = 0;
const { failed } = await resumeRun(folder, {
  jobs: 2,
  onProgress({ done }) {
    if (done < next) return;
    next += total / 100;
    globalThis.gc();
    const { heapUsed, rss } = process.memoryUsage();
    memory.heap = Math.max(memory.heap, heapUsed);
    memory.rss = Math.max(memory.rss, rss);
  },
});
if (failed > 0) throw new Error(`${failed} tasks failed`);
console.log(JSON.stringify({ ...memory, seconds: (performance.now() - start) / 1000 }));
