// coco-eval-ts beside pycocotools, faster-coco-eval and hotcoco: CPU seconds, memory, equality of the figures.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const SETS = ["val", "flir"], SIZES = [50000, 100000, 200000, 400000];
const TOOLS = [["pycocotools", 1], ["faster-coco-eval", 3], ["hotcoco", 5]]; // and how often each runs

export function run({ folder, log }) {
  const python = prepare(folder, log), file = (name, part) => path.join(folder, `${name}-${part}.json`);
  const sets = {};
  for (const name of SETS) {
    const files = [file(name, "gt"), file(name, "dets")];
    const rows = Object.fromEntries(TOOLS.map(([tool, repeats]) => [tool, summary(json(python, path.join(here, "python.py"), tool, ...files, repeats))]));
    rows["coco-eval-ts"] = merged(summary(ours("files", ...files, 5)), summary(ours("arrays", ...files, 15)));
    sets[name] = rows;
    table(log, name, rows);
  }
  const linearity = SIZES.map((size) => ({ detections: size, evaluate: summary(ours("arrays", file("large", "gt"), file("large", "dets"), 8, size)).evaluate }));
  log("\ncoco-eval-ts, evaluate and accumulate of more detections on the images of val:");
  for (const { detections, evaluate } of linearity) log(`  ${detections.toLocaleString("en").padStart(7)}  ${evaluate.toFixed(3)} s  ${((1e6 * evaluate) / detections).toFixed(2)} us each`);
  return { sets, linearity };
}

// environment and data, made once
function prepare(folder, log) {
  const python = path.join(folder, "venv", "bin", "python"), run = (...command) => execFileSync(command[0], command.slice(1), { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
  if (!existsSync(path.join(folder, "venv", "ready"))) {
    log("making a Python environment");
    run("python3", "-m", "venv", path.join(folder, "venv"));
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", path.join(here, "requirements.txt"));
    run("touch", path.join(folder, "venv", "ready"));
  }
  if (!existsSync(path.join(folder, "large-dets.json"))) log(run(python, path.join(here, "data.py"), folder).trim());
  return python;
}

const json = (...command) => JSON.parse(execFileSync(command[0], command.slice(1).map(String), { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8", maxBuffer: 1 << 26 }));
const ours = (...args) => json(process.execPath, "--expose-gc", path.join(here, "ours.mjs"), ...args);

// the fastest run, and the first, before anything is compiled
const summary = ({ evaluate, total, stats, peakMB }) => ({ evaluate: Math.min(...evaluate), total: Math.min(...total), first: { evaluate: evaluate[0], total: total[0] }, runs: total.length, peakMB, stats });

// from files: total and memory; from typed arrays: evaluate and accumulate
const merged = (files, arrays) => ({ ...files, evaluate: arrays.evaluate, first: { evaluate: arrays.first.evaluate, total: files.first.total } });

function table(log, name, rows) {
  const reference = rows.pycocotools, times = (a, b) => `${(a / b).toFixed(1)}x`;
  log(`\n${name}: CPU seconds of the fastest run (the first in brackets)`);
  log(`  ${"".padEnd(17)}${["evaluate+accumulate", "", "from files", "", "peak MB", "figures"].map((cell, i) => cell.padStart([20, 8, 16, 8, 9, 9][i])).join("")}`);
  for (const [tool, row] of Object.entries(rows)) {
    const same = row.stats.every((value, i) => Object.is(value, reference.stats[i])) ? "equal" : "differ";
    const cells = [`${row.evaluate.toFixed(3)} (${row.first.evaluate.toFixed(2)})`, times(reference.evaluate, row.evaluate), `${row.total.toFixed(3)} (${row.first.total.toFixed(2)})`, times(reference.total, row.total), row.peakMB.toFixed(0), same];
    log(`  ${tool.padEnd(17)}${cells.map((cell, i) => cell.padStart([20, 8, 16, 8, 9, 9][i])).join("")}`);
  }
  log(`  evaluate+accumulate: ${(rows["coco-eval-ts"].evaluate / rows.hotcoco.evaluate).toFixed(2)} times that of hotcoco on one thread`);
}
