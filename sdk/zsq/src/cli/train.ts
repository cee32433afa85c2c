import { join } from "node:path";
import type { CommandModule } from "yargs";
import { repositoryRoot } from "../study/repository";
import { trainEmbedded, type EmbeddedDomain } from "../train/train-embedded";
import { interruptSignal } from "./child";
import { showProgress } from "./progress";

interface TrainArguments { profile: string; domain: EmbeddedDomain | "both"; data?: string; out?: string; seed: number; epochs?: number; json: boolean }

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train",
  describe: "train the detectors of the embedded profile: visible, then fine-tuned on thermal",
  builder: (yargs) => yargs
    .option("profile", { choices: ["embedded"], default: "embedded", describe: "what to train" })
    .option("domain", { choices: ["visible", "thermal", "both"] as const, default: "both" as const, describe: "thermal starts from the visible checkpoint in --out" })
    .option("data", { type: "string", requiresArg: true, describe: "folder of the scenes [default: data/scenes]" })
    .option("out", { type: "string", requiresArg: true, describe: "folder of checkpoints and cards [default: data-scripts/weights/embedded; with --epochs out/training]" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "seed of weights, order and views" })
    .option("epochs", { type: "number", requiresArg: true, describe: "fewer than the recipe's, for trials" })
    .option("json", { type: "boolean", default: false, describe: "print the cards as JSON" }),
  handler: async ({ domain, data = join(repositoryRoot(), "data/scenes"), seed, epochs, json, out = join(repositoryRoot(), epochs === undefined ? "data-scripts/weights/embedded" : "out/training") }) => {
    const signal = interruptSignal();
    for (const one of domain === "both" ? (["visible", "thermal"] as const) : [domain]) {
      const progress = showProgress(`train ${one}`);
      const card = await trainEmbedded({
        domain: one, data, out, seed, epochs, signal,
        onProgress: ({ step, steps, loss, seconds }) =>
          progress.update(step, steps, `loss ${loss.classification.toFixed(3)} + ${loss.box.toFixed(3)}`, (seconds / step) * (steps - step)),
      }).finally(() => progress.stop());
      process.stdout.write(json ? `${JSON.stringify(card, null, 2)}\n` : `${one}: mAP ${card.map?.toFixed(4)} after ${card.steps} steps, ${card.seconds} s; ${join(out, `${one}.safetensors`)}\n`);
    }
  },
};
