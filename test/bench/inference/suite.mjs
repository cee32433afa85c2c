// The full-size detector on one image of 640 x 512 beside torchvision's: npm run bench inference
// Both take turns in one run; of each the fastest pass counts. With one thread the time is that of the processor, with all
// threads that of the clock. PYTHON names a Python with requirements.txt installed; without it one is made.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonFor } from "../python.mjs";

const here = dirname(fileURLToPath(import.meta.url)), ROUNDS = 3, PASSES = 4;
const MALLOC = { MALLOC_MMAP_THRESHOLD_: "1073741824", MALLOC_TRIM_THRESHOLD_: "8589934592", MALLOC_TOP_PAD_: "33554432" };

function measure(program, args, env) {
  return JSON.parse(execFileSync(program, args.map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, ...env } }).trim().split("\n").pop());
}

export function run({ folder, log }) {
  const python = pythonFor(here, folder), rows = [];
  const sides = {
    ours: (threads) => measure(process.execPath, ["--no-deprecation", join(here, "iterations.mjs"), PASSES], { ...MALLOC, TF_CPP_MIN_LOG_LEVEL: "2", TF_NUM_INTRAOP_THREADS: String(threads), OMP_NUM_THREADS: String(threads) }),
    torch: (threads) => measure(python, [join(here, "torch_inference.py"), threads, PASSES], { OMP_NUM_THREADS: String(threads) }),
  };
  for (const threads of new Set([1, availableParallelism()])) {
    const best = { ours: Infinity, torch: Infinity }, memory = {};
    for (let round = 0; round < ROUNDS; round++) {
      for (const [side, once] of Object.entries(sides)) {
        const taken = once(threads);
        best[side] = Math.min(best[side], ...(threads === 1 ? taken.cpu : taken.wall));
        memory[side] = taken.memory;
      }
    }
    const row = { threads, ours: Math.round(best.ours), torch: Math.round(best.torch), ratio: Number((best.ours / best.torch).toFixed(2)), ourMiB: Math.round(memory.ours), torchMiB: Math.round(memory.torch) };
    log(`${threads} thread${threads > 1 ? "s" : ""}: ${row.ours} ms, torchvision ${row.torch} ms: ${row.ratio} (at most 1.1); memory ${row.ourMiB} MiB (at most 3072), torchvision ${row.torchMiB}`);
    rows.push(row);
  }
  return { rows };
}
