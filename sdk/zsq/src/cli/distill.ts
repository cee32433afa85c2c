import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { contactSheets, encodePng, type NormalizedImages } from "../datasets/encode-image";
import { statisticsCoverage, type Coverage } from "../distill/coverage";
import { distillPresets, type DistillPresetName } from "../distill/presets";
import { stopRules, type StopRuleName } from "../distill/stop-rules";
import type { RetinaNetConfig } from "../nn/config";
import { distillationTasks, runDistillation, writeDistillation, type Distillation } from "../study/run-distillation";
import { writeFileAtomic } from "../weights/atomic-write";
import { loadDetector } from "../weights/checkpoint";
import { interruptSignal } from "./child";
import { executorOptions, runAhead, type ExecutorArguments } from "./executor-options";
import { showProgress } from "./progress";

interface DistillArguments extends ExecutorArguments {
  checkpoint: string; preset: DistillPresetName; images: number; iterations: number; height: number; width: number; seed: number;
  snapshots: number[]; until?: StopRuleName; jobs?: number; chunk: number; png?: 8 | 16; json: boolean; out: string;
}

export const distillCommand: CommandModule<object, DistillArguments> = {
  command: "distill <checkpoint>",
  describe: "distil calibration images from a detector's batch-norm statistics",
  builder: (yargs) => executorOptions(yargs)
    .positional("checkpoint", { type: "string", demandOption: true, describe: "safetensors file" })
    .option("preset", { choices: Object.keys(distillPresets) as DistillPresetName[], default: "paper-mean" as const, describe: "loss, learning rate and schedule" })
    .option("images", { type: "number", requiresArg: true, default: 16, describe: "number of images" })
    .option("iterations", { type: "number", requiresArg: true, default: 100, describe: "steps of Adam on each image" })
    .option("height", { type: "number", requiresArg: true, default: 128, describe: "pixels" })
    .option("width", { type: "number", requiresArg: true, default: 160, describe: "pixels" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "seed of the noise" })
    .option("snapshots", { type: "number", array: true, default: [] as number[], describe: "keep the images after these iterations as well" })
    .option("until", { choices: Object.keys(stopRules) as StopRuleName[], describe: "end an image early: when its loss or the ranges of its activations have settled" })
    .option("jobs", { type: "number", requiresArg: true, describe: "processes; default: the cores. The images do not depend on it" })
    .option("chunk", { type: "number", requiresArg: true, default: 16, describe: "images that run together; what is finished survives an interruption" })
    .option("png", { type: "number", choices: [8, 16] as const, describe: "also write each image as PNG of so many bits" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" })
    .option("out", { type: "string", default: "distilled", describe: "writes OUT.safetensors (lossless) and OUT.png (to look at; OUT-2.png, ... from 129 images)" }),
  handler: async ({ checkpoint, preset, images, iterations, height, width, seed, snapshots, until, jobs, chunk, png, json, out, ...executor }) => {
    const detector = loadDetector(checkpoint); // refuses a damaged file before any process starts
    const { config } = detector;
    detector.dispose();
    const kept = [...new Set([...snapshots, iterations])].sort((a, b) => a - b);
    const parameters = { preset, images, imageShape: [height, width] as const, snapshots: kept, seed, firstImage: 0, ...(until && { until }) };
    await runAhead("distil", executor, () => distillationTasks(resolve(checkpoint), parameters, chunk));
    const progress = showProgress("distil");
    try {
      const result = await runDistillation(resolve(checkpoint), parameters, {
        jobs, chunk, signal: interruptSignal(), onProgress: ({ done, total, task, secondsLeft }) => progress.update(done, total, task, secondsLeft),
      });
      progress.stop();
      const metadata = new Map(Object.entries({ checkpoint: resolve(checkpoint), preset, iterations: String(iterations), seed: String(seed), ...(until && { until }) }));
      writeDistillation(`${out}.safetensors`, result, new Map(kept.map((i) => [i, i === iterations ? "images" : `after ${i}`])), metadata);
      const files = [`${out}.safetensors`, ...await writePictures(() => result.chunks(iterations), config, out, png)];
      process.stdout.write(`${json ? JSON.stringify(summaryOf(result, config, files), null, 2) : describe(result, config, files)}\n`);
    } finally {
      progress.stop();
    }
  },
};

// contact sheets OUT.png, OUT-2.png, ...; in the folder OUT the images one by one
async function writePictures(chunks: () => Iterable<NormalizedImages>, { image }: RetinaNetConfig, out: string, bits?: 8 | 16): Promise<string[]> {
  const files: string[] = [];
  for await (const sheet of contactSheets(chunks(), image)) {
    files.push(`${out}${files.length ? `-${files.length + 1}` : ""}.png`);
    writeFileAtomic(files[files.length - 1], sheet);
  }
  if (!bits) return files;
  let number = 0;
  for (const chunk of chunks()) {
    for (let k = 0; k < chunk.shape[0]; k++) writeFileAtomic(join(out, `${String(number++).padStart(4, "0")}.png`), await encodePng(chunk, k, image, bits));
  }
  return [...files, out];
}

const summaryOf = ({ history, taken }: Distillation, config: RetinaNetConfig, files: string[]): object => {
  const { covered, convolutions, parts } = statisticsCoverage(config);
  return { loss: { first: history[0], last: history[history.length - 1] }, history, taken, coverage: { covered, convolutions: convolutions.length, parts }, files };
};

function describe({ history, taken }: Distillation, config: RetinaNetConfig, files: string[]): string {
  const early = taken.filter((n) => n < history.length - 1).length;
  const ended = early ? `; ${early} of ${taken.length} images ended early, after ${Math.min(...taken)} to ${Math.max(...taken)}` : "";
  return `loss ${history[0].toFixed(2)} -> ${history[history.length - 1].toFixed(2)}${ended}; ${files.join(", ")}\n${describeCoverage(statisticsCoverage(config))}`;
}

function describeCoverage({ covered, convolutions, parts }: Coverage): string {
  const without = Object.entries(parts).filter(([, { uncovered }]) => uncovered > 0).map(([part, { uncovered }]) => `${part} (${uncovered})`);
  return `statistics: ${covered} of ${convolutions.length} convolutions${without.length ? `; none: ${without.join(", ")}` : ""}`;
}
