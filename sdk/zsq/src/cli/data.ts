import { join } from "node:path";
import type { CommandModule } from "yargs";
import { repositoryRoot } from "../study/repository";
import { runChild } from "./child";

/** Draws the scenes through data-scripts, which knows the options and checks them. */
export const drawScenes = (args: readonly string[]): Promise<void> =>
  runChild(process.execPath, [join(repositoryRoot(), "data-scripts/dist/scenes/prepare.js"), ...args]);

export const dataCommand: CommandModule<object, { out?: string; seed?: number; train?: number; val?: number; domain?: string; jobs?: number }> = {
  command: "data",
  describe: "draw the street scenes of the embedded profile",
  builder: (yargs) => yargs
    .option("out", { type: "string", requiresArg: true, describe: "folder [default: data/scenes]" })
    .option("seed", { type: "number", requiresArg: true, describe: "seed of everything drawn [default: 1]" })
    .option("train", { type: "number", requiresArg: true, describe: "training images of each domain [default: 3000]" })
    .option("val", { type: "number", requiresArg: true, describe: "validation images of each domain [default: 300]" })
    .option("domain", { choices: ["visible", "thermal", "both"], describe: "what to draw [default: both]" })
    .option("jobs", { type: "number", requiresArg: true, describe: "threads [default: number of cores]" }),
  handler: ({ out = join(repositoryRoot(), "data/scenes"), ...options }) => {
    const given = (["seed", "train", "val", "domain", "jobs"] as const).flatMap((name) => (options[name] === undefined ? [] : [`--${name}`, String(options[name])]));
    return drawScenes(["--out", out, ...given]);
  },
};
