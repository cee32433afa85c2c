import type { CommandModule } from "yargs";
import { textTable, toTable } from "../plot/html-table";
import { interval, percent, points } from "../plot/percent";
import { layerTable, whatIfTable } from "../plot/what-if-table";
import type { ScaleName } from "../study/profiles";
import { describeChoice, questionTasks, whatIfAll, type WhatIfAnswer } from "../study/what-if";
import { CALIBRATORS, GRANULARITIES, WHAT_IF_SOURCES, type WhatIfChoice } from "../study/what-if-choice";
import { interruptSignal } from "./child";
import { executorOptions, runAhead, type ExecutorArguments } from "./executor-options";
import { showProgress } from "./progress";
import { UsageError } from "./report-error";

interface WhatIfArguments extends ExecutorArguments {
  precision: string; calibrator: WhatIfChoice["calibrator"]; percentile: string; granularity: WhatIfChoice["granularity"]; source: WhatIfChoice["source"];
  images?: number; iterations?: number; loss: WhatIfChoice["loss"]; exclude?: string; inputRange: WhatIfChoice["inputRange"]; model: WhatIfChoice["model"];
  scale: ScaleName; seed: number; jobs?: number; json: boolean;
}

export const whatIfCommand: CommandModule<object, WhatIfArguments> = {
  command: "what-if",
  describe: "what if the detector were quantized in another way? mAP, size, and the layers that suffer, in seconds",
  builder: (yargs) => executorOptions(yargs)
    .option("precision", { type: "string", requiresArg: true, default: "W8A8", describe: "bits of weights and activations, 2 to 8 or 32; several, comma-separated, make a grid" })
    .option("percentile", { type: "string", requiresArg: true, default: "99.99", describe: "of calibrator percentile; several, comma-separated, make a grid" })
    .option("calibrator", { choices: CALIBRATORS, default: "percentile" as const, describe: "how ranges follow from what is seen" })
    .option("granularity", { choices: GRANULARITIES, default: "per-channel" as const, describe: "how much of a kernel shares a scale" })
    .option("source", { choices: WHAT_IF_SOURCES, default: "distilled" as const, describe: "calibration images" })
    .option("images", { type: "number", requiresArg: true, describe: "number of them [default: that of the scale]" })
    .option("iterations", { type: "number", requiresArg: true, describe: "of distillation [default: those of the scale]" })
    .option("loss", { choices: ["mean", "mean+std"] as const, default: "mean" as const, describe: "of distillation" })
    .option("exclude", { type: "string", requiresArg: true, describe: "convolutions left in float: names or their beginnings, comma-separated" })
    .option("inputRange", { alias: "input-range", choices: ["calibrated", "image"] as const, default: "calibrated" as const, describe: "range of the image itself" })
    .option("model", { choices: ["pretrained", "fine-tuned"] as const, default: "fine-tuned" as const, describe: "visible light, or thermal" })
    .option("scale", { choices: ["smoke", "default", "full"] as const, default: "default" as const, describe: "numbers of images and resamples" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "first seed of everything random" })
    .option("jobs", { type: "number", requiresArg: true, describe: "processes; default: the cores" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ scale, seed, jobs, json, ...asked }) => {
    const questions = choices(asked);
    await runAhead("what-if", asked, () => questionTasks(questions, { scale, seed }));
    const progress = showProgress("what-if");
    try {
      const answers = await whatIfAll(questions, { scale, seed, jobs, signal: interruptSignal(), onProgress: ({ done, total, task, secondsLeft }) => progress.update(done, total, task, secondsLeft) });
      progress.stop();
      process.stdout.write(`${json ? JSON.stringify(answers, null, 2) : answers.length === 1 ? describe(answers[0]) : grid(answers)}\n`);
    } finally {
      progress.stop();
    }
  },
};

// a question for each combination of precisions and percentiles
function choices({ precision, percentile, calibrator, granularity, source, images, iterations, loss, exclude, inputRange, model }: Omit<WhatIfArguments, "scale" | "seed" | "jobs" | "json" | keyof ExecutorArguments>): Partial<WhatIfChoice>[] {
  const common = { calibrator, granularity, source, loss, inputRange, model, ...(images !== undefined && { images }), ...(iterations !== undefined && { iterations }), exclude: exclude?.split(",") ?? [] };
  return precision.split(",").flatMap((one) => {
    const match = /^W(\d+)A(\d+)$/.exec(one);
    if (!match) throw new UsageError(`invalid --precision: ${one}; expected W<bits>A<bits> such as W8A4`);
    return percentile.split(",").map((p) => ({ ...common, weightBits: Number(match[1]), activationBits: Number(match[2]), percentile: Number(p) }));
  });
}

function describe({ choice, map, difference, fullPrecision, sizeMiB, layers, validationImages }: WhatIfAnswer): string {
  const lines = [
    describeChoice(choice),
    `mAP ${percent(map.mean)} % [${interval(map.ci95)}], on ${validationImages} validation images`,
    `full precision ${percent(fullPrecision.mean)} %: ${points(difference.mean)} points [${points(difference.ci95[0])} to ${points(difference.ci95[1])}]`,
    `size ${sizeMiB.toFixed(2)} MiB`,
  ];
  return layers.length ? [...lines, "", textTable(toTable("whatIf", layerTable(layers, 6)), { caption: "layers that lose most, signal to quantization noise" })].join("\n") : lines.join("\n");
}

function grid(answers: readonly WhatIfAnswer[]): string {
  const { fullPrecision, validationImages } = answers[0];
  return textTable(toTable("whatIf", whatIfTable(answers)), { caption: `full precision ${percent(fullPrecision.mean)} % [${interval(fullPrecision.ci95)}], on ${validationImages} validation images` });
}
