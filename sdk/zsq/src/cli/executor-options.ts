import { join } from "node:path";
import type { Argv } from "yargs";
import { resumeRun, type ResumeRunOptions } from "../runs/resume-run";
import { RunFolder } from "../runs/run-folder";
import { cacheFolder } from "../study/cache";
import { sha256 } from "../study/canonical-json";
import { kinds } from "../study/kinds";
import { taskKey, type Task } from "../study/task";
import { interruptSignal } from "./child";
import { showProgress } from "./progress";

/** Module of the study's task kinds. */
export const STUDY_KINDS = join(__dirname, "../study/kinds.js");

/** Where tasks run, and what a Slurm job asks for. */
export interface ExecutorArguments {
  executor: "local" | "slurm"; partition?: string; gpus?: number; cpus: number; time?: string; memory?: string; tasksPerElement: number; arraySize?: number; throttle?: number; poll: number; sbatch: string[];
}

export function executorOptions<T>(yargs: Argv<T>): Argv<T & ExecutorArguments> {
  return yargs
    .option("executor", { choices: ["local", "slurm"] as const, default: "local" as const, describe: "where tasks run" })
    .option("partition", { type: "string", requiresArg: true, describe: "slurm: as sbatch takes it" })
    .option("gpus", { type: "number", requiresArg: true, describe: "slurm: of each array element" })
    .option("cpus", { type: "number", requiresArg: true, default: 1, describe: "slurm: cores of each array element, which runs as many tasks at a time" })
    .option("time", { type: "string", requiresArg: true, describe: "slurm: limit of an array element, such as 02:00:00" })
    .option("memory", { type: "string", requiresArg: true, describe: "slurm: of an array element, such as 8G" })
    .option("tasksPerElement", { alias: "tasks-per-element", type: "number", requiresArg: true, default: 1, describe: "slurm: short tasks that share an element's start" })
    .option("arraySize", { alias: "array-size", type: "number", requiresArg: true, describe: "slurm: elements of one array; default: the cluster's limit" })
    .option("throttle", { type: "number", requiresArg: true, describe: "slurm: elements that run at a time" })
    .option("poll", { type: "number", requiresArg: true, default: 10, describe: "slurm: seconds between two looks at the queue" })
    .option("sbatch", { type: "string", array: true, requiresArg: true, default: [] as string[], describe: "slurm: further arguments, such as --sbatch=--account=x" });
}

/** What resumeRun takes of these arguments. */
export function executorOf({ executor, poll, sbatch, partition, gpus, cpus, time, memory, tasksPerElement, arraySize, throttle }: ExecutorArguments, folder: RunFolder): Pick<ResumeRunOptions, "executor" | "slurm"> {
  const command = [process.execPath, join(__dirname, "../../bin/zsq.js"), "run", "element", folder.path];
  return { executor, slurm: { partition, gpus, cpus, time, memory, tasksPerElement, arraySize, throttle, pollSeconds: poll, extra: sbatch, command } };
}

/**
 * Runs tasks on a cluster, so that what follows finds their results in the cache; does nothing where they run locally.
 * Their run is a folder below the cache, which all machines see: the same for the same tasks.
 *
 * Throws one line if tasks failed.
 */
export async function runAhead(label: string, args: ExecutorArguments, tasks: () => Promise<readonly Task[]> | readonly Task[]): Promise<void> {
  if (args.executor === "local") return;
  const all = await tasks(), id = sha256(all.map((task) => taskKey(task, kinds)).join("\n")).slice(0, 12);
  const folder = await RunFolder.create(join(cacheFolder(), "runs", `${label.replaceAll(" ", "-")}-${id}`), all, { kindsModule: STUDY_KINDS, cache: cacheFolder() });
  const progress = showProgress(label);
  try {
    const { failed } = await resumeRun(folder, { ...executorOf(args, folder), signal: interruptSignal(), onProgress: ({ done, total, task, secondsLeft }) => progress.update(done, total, task, secondsLeft) });
    if (failed > 0) throw new Error(`${label}: ${failed} of ${folder.size} tasks failed, the first: ${[...folder.failures().values()][0].message.split("\n")[0]}; try zsq run status ${folder.path}`);
  } finally {
    progress.stop();
  }
}
