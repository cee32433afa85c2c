import { join } from "node:path";
import type { CommandModule } from "yargs";
import { trainingTasks } from "../runs/study-tasks";
import { ResultCache } from "../study/cache";
import { runTasks } from "../study/executor";
import { repositoryRoot } from "../study/repository";
import { saveTrained } from "../study/train-task";
import type { TrainingProgress } from "../train/run-training";
import { embeddedCard, trainEmbedded, type EmbeddedDomain } from "../train/train-embedded";
import { trainPaper } from "../train/train-paper";
import type { CheckpointCard } from "../weights/checkpoint-card";
import { interruptSignal } from "./child";
import { executorOptions, runAhead, type ExecutorArguments } from "./executor-options";
import { parseResize } from "./paper";
import { showProgress } from "./progress";
import { UsageError } from "./report-error";

interface TrainArguments extends ExecutorArguments {
  profile: "embedded" | "paper"; domain: EmbeddedDomain | "both"; data?: string; out?: string; weights?: string; seed: number; epochs?: number; batchSize?: number; resize?: string; tasks: boolean; json: boolean;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train",
  describe: "train the detectors of the study: embedded, visible and then thermal; or paper, RetinaNet v2 fine-tuned on FLIR ADAS",
  builder: (yargs) => executorOptions(yargs)
    .option("profile", { choices: ["embedded", "paper"] as const, default: "embedded" as const, describe: "what to train" })
    .option("domain", { choices: ["visible", "thermal", "both"] as const, default: "both" as const, describe: "embedded: thermal starts from the visible checkpoint in --out" })
    .option("data", { type: "string", requiresArg: true, describe: "folder of the data [default: data/scenes; paper: data/flir]" })
    .option("out", { type: "string", requiresArg: true, describe: "folder of checkpoints and cards [default: data-scripts/weights/embedded; with --epochs, or paper, out/training]" })
    .option("weights", { type: "string", requiresArg: true, describe: "paper: the pretrained detector, torchvision's .pth or converted" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "seed of weights, order and views" })
    .option("epochs", { type: "number", requiresArg: true, describe: "fewer than the recipe's, for trials" })
    .option("batchSize", { alias: "batch-size", type: "number", requiresArg: true, describe: "paper: smaller than the recipe's 8, for trials" })
    .option("resize", { type: "string", requiresArg: true, describe: "paper: SHORTER,LONGER sides instead of 800,1333, for trials" })
    .option("tasks", { type: "boolean", default: false, describe: "embedded: as tasks of one thread each, whose results are in the cache, as zsq run create --study train lists them; slurm does so" })
    .option("json", { type: "boolean", default: false, describe: "print the cards as JSON" }),
  handler: (options) => {
    const asTasks = options.tasks || options.executor !== "local";
    if (asTasks && options.profile === "paper") throw new UsageError("expected --tasks or --executor slurm with the embedded profile alone");
    return options.profile === "paper" ? finetune(options) : asTasks ? trainAsTasks(options) : embedded(options);
  },
};

const foldersOf = ({ data = join(repositoryRoot(), "data/scenes"), epochs, out = join(repositoryRoot(), epochs === undefined ? "data-scripts/weights/embedded" : "out/training") }: TrainArguments): { data: string; out: string } => ({ data, out });

// thermal needs the result of visible, which is then computed as well
async function trainAsTasks(options: TrainArguments): Promise<void> {
  const { domain, seed, epochs, json } = options, { data, out } = foldersOf(options), tasks = trainingTasks(data, seed, epochs).slice(0, domain === "visible" ? 1 : 2);
  await runAhead("train", options, () => tasks);
  const cache = new ResultCache(), progress = showProgress("train");
  const keys = await runTasks(tasks, { cache, jobs: 1, signal: interruptSignal(), onProgress: ({ done, total, task, secondsLeft }) => progress.update(done, total, task, secondsLeft) }).finally(() => progress.stop());
  for (const [k, one] of (["visible", "thermal"] as const).entries()) {
    const checkpoint = join(out, `${one}.safetensors`);
    if (domain === "both" || domain === one) print(one, checkpoint, saveTrained(checkpoint, cache, keys[k], embeddedCard(one)), json);
  }
}

async function embedded(options: TrainArguments): Promise<void> {
  const { domain, seed, epochs, json } = options, { data, out } = foldersOf(options);
  const signal = interruptSignal();
  for (const one of domain === "both" ? (["visible", "thermal"] as const) : [domain]) {
    await shown(one, join(out, `${one}.safetensors`), json, (onProgress) => trainEmbedded({ domain: one, data, out, seed, epochs, signal, onProgress }));
  }
}

async function finetune({ data = join(repositoryRoot(), "data/flir"), out = join(repositoryRoot(), "out/training"), weights, seed, epochs, batchSize, resize, json }: TrainArguments): Promise<void> {
  if (weights === undefined) throw new UsageError("missing --weights: expected torchvision's retinanet_resnet50_fpn_v2");
  const checkpoint = join(out, "flir.safetensors");
  await shown("flir", checkpoint, json, (onProgress) => trainPaper({ data, weights, out: checkpoint, seed, epochs, batchSize, resize: parseResize(resize), signal: interruptSignal(), onProgress }));
}

async function shown(name: string, checkpoint: string, json: boolean, train: (onProgress: (progress: TrainingProgress) => void) => Promise<CheckpointCard>): Promise<void> {
  const progress = showProgress(`train ${name}`);
  const card = await train(({ step, steps, loss, seconds }) =>
    progress.update(step, steps, `loss ${loss.classification.toFixed(3)} + ${loss.box.toFixed(3)}`, (seconds / step) * (steps - step))).finally(() => progress.stop());
  print(name, checkpoint, card, json);
}

function print(name: string, checkpoint: string, card: CheckpointCard, json: boolean): void {
  const time = card.seconds === undefined ? "" : `, ${card.seconds} s`;
  process.stdout.write(json ? `${JSON.stringify(card, null, 2)}\n` : `${name}: mAP ${card.map?.toFixed(4)} after ${card.steps} steps${time}; ${checkpoint}\n`);
}
