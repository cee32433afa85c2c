import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { taskSchema } from "../runs/run-folder";
import { cacheFolder, ResultCache } from "../study/cache";
import { runTasks } from "../study/executor";
import { interruptSignal } from "./child";

interface TaskArguments { file: string; cache: string; kinds: string }

export const taskCommand: CommandModule = {
  command: "task <action>",
  describe: "one piece of a long computation",
  builder: (yargs) => yargs.command(runOneCommand).demandCommand(1, "missing action"),
  handler: () => undefined,
};

const runOneCommand: CommandModule<object, TaskArguments> = {
  command: "run <file>",
  describe: "run a task document (JSON: kind, name, parameters, inputs) and print its key and value",
  builder: (yargs) => yargs
    .positional("file", { type: "string", demandOption: true, describe: "JSON file" })
    .option("cache", { type: "string", requiresArg: true, default: cacheFolder(), defaultDescription: "the study's", describe: "folder of the results" })
    .option("kinds", { type: "string", requiresArg: true, default: join(__dirname, "../study/kinds.js"), defaultDescription: "the study's", describe: "module that exports the task kinds" }),
  handler: async ({ file, cache: folder, kinds }) => {
    const task = taskSchema.safeParse(readDocument(file));
    if (!task.success) throw new Error(`task: invalid ${file}: ${task.error.issues[0].path.join(".") || "document"}: ${task.error.issues[0].message}`);
    const cache = new ResultCache(folder);
    const [key] = await runTasks([task.data], { jobs: 1, cache, kindsModule: resolve(kinds), signal: interruptSignal() });
    const result = cache.read(key)!;
    process.stdout.write(`${JSON.stringify({ key, value: result.value, tensors: result.tensors ? cache.tensorPath(key) : null }, null, 2)}\n`);
  },
};

function readDocument(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`task: invalid ${file}: ${(error as Error).message.split("\n")[0]}; expected a JSON document`);
  }
}
