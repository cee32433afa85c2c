// Distillation beside PyTorch on a ResNet-50: npm run bench distill; with BENCH_QUICK=1 only one size of images.
// All sides take turns in one run; of each the fastest iteration counts. With one thread the time is that of the
// processor, with all threads that of the clock. PYTHON names a Python with requirements.txt installed; without it one is made.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonFor } from "../python.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const quick = Boolean(process.env.BENCH_QUICK);
const SHAPES = quick ? [[1, 256, 320]] : [[1, 256, 320], [1, 512, 640], [8, 256, 320]];
const THREADS = [...new Set([1, availableParallelism()])];
const LOSSES = ["mean", "mean+std"];
const ROUNDS = quick ? 2 : 3, ITERATIONS = quick ? 4 : 6;
const MALLOC = { MALLOC_MMAP_THRESHOLD_: "1073741824", MALLOC_TRIM_THRESHOLD_: "8589934592", MALLOC_TOP_PAD_: "33554432" };

function measure(program, args, env) {
  const text = execFileSync(program, args.map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  return JSON.parse(text.trim().split("\n").pop());
}

const torch = (way) => (python, loss, shape, threads) =>
  measure(python, [join(here, "torch_distill.py"), way, loss, ...shape, ITERATIONS, threads], { OMP_NUM_THREADS: String(threads) });
const ours = (_, loss, shape, threads, switches = {}) =>
  measure(process.execPath, ["--no-deprecation", join(here, "iterations.mjs"), loss, ...shape, ITERATIONS],
    { ...MALLOC, ...switches, TF_CPP_MIN_LOG_LEVEL: "3", TF_NUM_INTRAOP_THREADS: String(threads), OMP_NUM_THREADS: String(threads) });
// convolutions in bfloat16 where oneDNN finds them worth while: not without AMX, where the loss stays the same to the bit
const BFLOAT16 = { ONEDNN_DEFAULT_FPMATH_MODE: "BF16", TF_SET_ONEDNN_FPMATH_MODE: "BF16" };
const SIDES = { zeroq: torch("zeroq"), best: torch("best"), nhwc: torch("best-nhwc"), ours };

function compare(python, loss, shape, threads) {
  const best = Object.fromEntries(Object.keys(SIDES).map((side) => [side, { time: Infinity, memory: Infinity }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, run] of Object.entries(SIDES)) {
      const { wall, cpu, memory } = run(python, loss, shape, threads);
      best[side].time = Math.min(best[side].time, ...(threads === 1 ? cpu : wall));
      best[side].memory = Math.min(best[side].memory, memory);
    }
  }
  const fastest = best.best.time < best.nhwc.time ? best.best : best.nhwc;
  return { ...best, fastest };
}

const cells = (row) => row.map((cell, k) => String(cell).padStart([8, 12, 7, 8, 8, 8, 8, 8, 9, 9, 8][k])).join("  ");

export async function run({ folder, log }) {
  const python = pythonFor(here, folder), rows = [];
  log(cells(["loss", "images", "threads", "ours ms", "ZeroQ", "best", "/ ZeroQ", "/ best", "ours MB", "best MB", "/ best"]));
  for (const loss of LOSSES) {
    for (const shape of SHAPES) {
      for (const threads of THREADS) {
        const { ours: mine, zeroq, fastest } = compare(python, loss, shape, threads), ratio = (a, b) => Number((a / b).toFixed(2));
        const row = { loss, images: shape.join("x"), threads, ours: Math.round(mine.time), zeroq: Math.round(zeroq.time), best: Math.round(fastest.time), toZeroq: ratio(mine.time, zeroq.time), toBest: ratio(mine.time, fastest.time), ourMiB: Math.round(mine.memory), bestMiB: Math.round(fastest.memory), memoryToBest: ratio(mine.memory, fastest.memory) };
        log(cells(Object.values(row)));
        rows.push(row);
      }
    }
  }
  const plain = ours(null, "mean", SHAPES[0], 1), rounded = ours(null, "mean", SHAPES[0], 1, BFLOAT16), gain = Math.min(...rounded.cpu) / Math.min(...plain.cpu);
  log(`with oneDNN's bfloat16 switches: ${gain.toFixed(2)} of the time; loss after ${ITERATIONS} iterations ${plain.loss} without, ${rounded.loss} with`);
  const [few, many] = [128, 1024].map((images) => measure(process.execPath, ["--no-deprecation", join(here, "join.mjs"), images, folder], { TF_CPP_MIN_LOG_LEVEL: "3" }).memory);
  log(`memory of the gathering process: ${Math.round(few)} MiB for 128 images, ${Math.round(many)} MiB for 1,024`);
  return { rows, bfloat16: { gain, loss: [plain.loss, rounded.loss] }, gatheringMiB: { 128: Math.round(few), 1024: Math.round(many) } };
}
