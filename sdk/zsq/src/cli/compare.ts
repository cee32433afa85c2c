import { join, relative, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { textTable, toTable } from "../plot/html-table";
import { compareTable, methodTable } from "../plot/compare-table";
import { comparisonTasks, runCompare } from "../study/compare";
import { comparedMethods } from "../study/methods";
import type { ModelName, ScaleName } from "../study/profiles";
import { repositoryRoot } from "../study/repository";
import { interruptSignal } from "./child";
import { executorOptions, runAhead, type ExecutorArguments } from "./executor-options";
import { showProgress } from "./progress";
import { UsageError } from "./report-error";

interface CompareArguments extends ExecutorArguments {
  methods?: string; precisions?: string; scale: ScaleName; models: "both" | ModelName; inputRange: "calibrated" | "image"; seeds?: number; images?: number; iterations?: number; steps?: number;
  validation?: number; resamples?: number; seed: number; jobs?: number; list: boolean; json: boolean; out?: string;
}

export const compareCommand: CommandModule<object, CompareArguments> = {
  command: "compare",
  describe: "every zero-shot method on the same detectors: mAP, time, memory",
  builder: (yargs) => executorOptions(yargs)
    .option("methods", { type: "string", requiresArg: true, describe: "comma-separated ids [default: all]; noise is always among them" })
    .option("precisions", { type: "string", requiresArg: true, describe: "comma-separated, such as W8A8,W4A8 [default: of the scale]" })
    .option("scale", { choices: ["smoke", "default", "full"] as const, default: "default" as const, describe: "smoke proves that it runs; default takes about an hour on two cores" })
    .option("models", { choices: ["both", "pretrained", "fine-tuned"] as const, default: "both" as const, describe: "which detectors" })
    .option("inputRange", { alias: "input-range", choices: ["calibrated", "image"] as const, default: "image" as const, describe: "range of the image itself: from the calibration, or what any 8-bit image can hold" })
    .option("seeds", { type: "number", requiresArg: true, describe: "repetitions [default: of the scale]" })
    .option("images", { type: "number", requiresArg: true, describe: "calibration images of each method [default: of the scale]" })
    .option("iterations", { type: "number", requiresArg: true, describe: "steps of methods that make images, at most [default: of the scale]" })
    .option("steps", { type: "number", requiresArg: true, describe: "steps of methods that fine-tune [default: of the scale]" })
    .option("validation", { type: "number", requiresArg: true, describe: "the first so many validation images [default: of the scale]" })
    .option("resamples", { type: "number", requiresArg: true, describe: "of the intervals [default: of the scale]" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "first seed of everything random" })
    .option("jobs", { type: "number", requiresArg: true, describe: "processes; default: the cores. The figures do not depend on it" })
    .option("list", { type: "boolean", default: false, describe: "only list the methods: where they come from, how they differ here" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" })
    .option("out", { type: "string", requiresArg: true, describe: "folder of results [default: out]" }),
  handler: async ({ methods, precisions, models, list, json, out = join(repositoryRoot(), "out"), inputRange, ...options }) => {
    if (list) return void process.stdout.write(`${json ? JSON.stringify(comparedMethods.map(({ id, label, group, source, deviations, published }) => ({ id, label, group, source, deviations, published })), null, 2) : textTable(toTable("compare", comparedMethods.map((method) => ({ id: method.id, ...methodTable([method])[0] }))), { caption: "Methods" })}\n`);
    const chosen = methods?.split(",");
    for (const id of chosen ?? []) if (!comparedMethods.some((method) => method.id === id)) throw new UsageError(`unknown --methods: ${id}; expected one or more of ${comparedMethods.map((method) => method.id).join(", ")}`);
    const asked = { ...options, inputRange, ...(chosen && { methods: chosen }), ...(precisions && { precisions: precisions.split(",") }), ...(models !== "both" && { models: [models] }) };
    await runAhead("compare", options, () => comparisonTasks(asked));
    const progress = showProgress("compare");
    try {
      const result = await runCompare({
        ...asked, out: resolve(out), signal: interruptSignal(), onProgress: ({ done, total, task, secondsLeft }) => progress.update(done, total, task, secondsLeft),
      });
      progress.stop();
      const caption = `mAP on ${result.validationImages} validation images, image range ${result.inputRange === "image" ? "known" : "calibrated"}; * the interval of the distance from noise excludes 0`;
      process.stdout.write(`${json ? JSON.stringify(result, null, 2) : `${textTable(toTable("compare", compareTable(result)), { caption })}\n${result.verdicts.map(({ claim, seen, evidence }) => `${claim}: ${seen}; ${evidence}`).join("\n")}\n${relative(process.cwd(), join(resolve(out), "embedded/results/compare.json"))}`}\n`);
    } finally {
      progress.stop();
    }
  },
};
