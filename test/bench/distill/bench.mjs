// Distillation beside PyTorch on a ResNet-50: node bench.mjs [--quick]
// All sides take turns in one run; of each the fastest iteration counts. With one thread the time is that of the
// processor, with all threads that of the clock. PYTHON names a Python with requirements.txt installed.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const quick = process.argv.includes("--quick");
const SHAPES = quick ? [[1, 256, 320]] : [[1, 256, 320], [1, 512, 640], [8, 256, 320]];
const THREADS = [...new Set([1, availableParallelism()])];
const LOSSES = ["mean", "mean+std"];
const ROUNDS = quick ? 2 : 3, ITERATIONS = quick ? 4 : 6;
const MALLOC = { MALLOC_MMAP_THRESHOLD_: "1073741824", MALLOC_TRIM_THRESHOLD_: "8589934592", MALLOC_TOP_PAD_: "33554432" };

function measure(program, args, env) {
  const text = execFileSync(program, args.map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  return JSON.parse(text.trim().split("\n").pop());
}

const torch = (way) => (loss, shape, threads) =>
  measure(process.env.PYTHON ?? "python3", [join(here, "torch_distill.py"), way, loss, ...shape, ITERATIONS, threads], { OMP_NUM_THREADS: String(threads) });
const ours = (loss, shape, threads) =>
  measure(process.execPath, ["--no-deprecation", join(here, "iterations.mjs"), loss, ...shape, ITERATIONS],
    { ...MALLOC, TF_CPP_MIN_LOG_LEVEL: "3", TF_NUM_INTRAOP_THREADS: String(threads), OMP_NUM_THREADS: String(threads) });
const SIDES = { zeroq: torch("zeroq"), best: torch("best"), nhwc: torch("best-nhwc"), ours };

function compare(loss, shape, threads) {
  const best = Object.fromEntries(Object.keys(SIDES).map((side) => [side, { time: Infinity, memory: Infinity }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, run] of Object.entries(SIDES)) {
      const { wall, cpu, memory } = run(loss, shape, threads);
      best[side].time = Math.min(best[side].time, ...(threads === 1 ? cpu : wall));
      best[side].memory = Math.min(best[side].memory, memory);
    }
  }
  const fastest = best.best.time < best.nhwc.time ? best.best : best.nhwc;
  return { ...best, fastest };
}

const line = (cells) => process.stdout.write(`${cells.map((cell, k) => String(cell).padStart([8, 12, 7, 8, 8, 8, 8, 8, 9, 9, 8][k])).join("  ")}\n`);
line(["loss", "images", "threads", "ours", "ZeroQ", "best", "/ ZeroQ", "/ best", "ours MB", "best MB", "/ best"]);
for (const loss of LOSSES) {
  for (const shape of SHAPES) {
    for (const threads of THREADS) {
      const { ours: mine, zeroq, fastest } = compare(loss, shape, threads);
      const ms = [mine, zeroq, fastest].map(({ time }) => time.toFixed(0)), ratio = (a, b) => (a / b).toFixed(2);
      line([loss, shape.join("x"), threads, ...ms, ratio(mine.time, zeroq.time), ratio(mine.time, fastest.time), mine.memory.toFixed(0), fastest.memory.toFixed(0), ratio(mine.memory, fastest.memory)]);
    }
  }
}
