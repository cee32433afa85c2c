import { join } from "node:path";
import type { CommandModule } from "yargs";
import { repositoryRoot } from "../study/repository";
import type { TrainingProgress } from "../train/run-training";
import { trainEmbedded, type EmbeddedDomain } from "../train/train-embedded";
import { trainPaper } from "../train/train-paper";
import type { CheckpointCard } from "../weights/checkpoint-card";
import { interruptSignal } from "./child";
import { parseResize } from "./paper";
import { showProgress } from "./progress";
import { UsageError } from "./report-error";

interface TrainArguments {
  profile: "embedded" | "paper"; domain: EmbeddedDomain | "both"; data?: string; out?: string; weights?: string; seed: number; epochs?: number; batchSize?: number; resize?: string; json: boolean;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train",
  describe: "train the detectors of the study: embedded, visible and then thermal; or paper, RetinaNet v2 fine-tuned on FLIR ADAS",
  builder: (yargs) => yargs
    .option("profile", { choices: ["embedded", "paper"] as const, default: "embedded" as const, describe: "what to train" })
    .option("domain", { choices: ["visible", "thermal", "both"] as const, default: "both" as const, describe: "embedded: thermal starts from the visible checkpoint in --out" })
    .option("data", { type: "string", requiresArg: true, describe: "folder of the data [default: data/scenes; paper: data/flir]" })
    .option("out", { type: "string", requiresArg: true, describe: "folder of checkpoints and cards [default: data-scripts/weights/embedded; with --epochs, or paper, out/training]" })
    .option("weights", { type: "string", requiresArg: true, describe: "paper: the pretrained detector, torchvision's .pth or converted" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "seed of weights, order and views" })
    .option("epochs", { type: "number", requiresArg: true, describe: "fewer than the recipe's, for trials" })
    .option("batchSize", { alias: "batch-size", type: "number", requiresArg: true, describe: "paper: smaller than the recipe's 8, for trials" })
    .option("resize", { type: "string", requiresArg: true, describe: "paper: SHORTER,LONGER sides instead of 800,1333, for trials" })
    .option("json", { type: "boolean", default: false, describe: "print the cards as JSON" }),
  handler: (options) => (options.profile === "paper" ? finetune(options) : embedded(options)),
};

async function embedded({ domain, data = join(repositoryRoot(), "data/scenes"), seed, epochs, json, out = join(repositoryRoot(), epochs === undefined ? "data-scripts/weights/embedded" : "out/training") }: TrainArguments): Promise<void> {
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
  process.stdout.write(json ? `${JSON.stringify(card, null, 2)}\n` : `${name}: mAP ${card.map?.toFixed(4)} after ${card.steps} steps, ${card.seconds} s; ${checkpoint}\n`);
}
