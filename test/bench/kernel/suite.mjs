// The kernel through the Jupyter protocol: start, cells, imports, completion, in seconds; the median of three kernels beside its target.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url)), root = path.resolve(here, "../../..");
const TRIALS = 3;
const targets = { "ready": 4, "import zsq": 2.5, "later cell": 0.3, "cell after zsq": 0.3, "cell after tfjs": 0.3, "completion of zsq. (first)": 0.3, "completion of tf. (first)": 0.3, "completion of a name (first)": 0.3 };

export async function run({ log }) {
  const python = path.join(root, ".zsq/venv/bin/python");
  const output = execFileSync(python, [path.join(here, "measure.py"), path.join(root, "notebooks"), String(TRIALS)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const trials = output.trim().split("\n").map((line) => JSON.parse(line));
  const seconds = {};
  for (const name of Object.keys(trials[0])) {
    const sorted = trials.map((trial) => trial[name]).sort((a, b) => a - b);
    seconds[name] = sorted[Math.floor(sorted.length / 2)];
    log(`${name.padEnd(30)} ${seconds[name].toFixed(3)} s${name in targets ? `   target ${targets[name]} s${seconds[name] <= targets[name] ? "" : ": MISSED"}` : ""}`);
  }
  return { seconds, targets };
}
