// Peak memory of the process that gathers what the workers of a distillation made: node join.mjs IMAGES FOLDER
// One iteration each, on the thermal detector of this repository; the file and the contact sheets are written as `zsq distill` does.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { contactSheets, loadDetector, ResultCache, runDistillation, writeDistillation } = require("zsq");

const [count, folder] = process.argv.slice(2), cache = join(folder, `cache-${count}`);
const checkpoint = fileURLToPath(new URL("../../../data-scripts/weights/embedded/thermal.safetensors", import.meta.url));
const detector = loadDetector(checkpoint), { image } = detector.config;
detector.dispose();
try {
  const result = await runDistillation(checkpoint, { preset: "paper-mean", images: Number(count), imageShape: [128, 160], snapshots: [1], seed: 1, firstImage: 0 }, { cache: new ResultCache(cache) });
  writeDistillation(join(cache, "images.safetensors"), result, new Map([[1, "images"]]), new Map());
  for await (const sheet of contactSheets(result.chunks(1), image)) writeFileSync(join(cache, "sheet.png"), sheet);
} finally {
  rmSync(cache, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify({ memory: Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024 })}\n`);
