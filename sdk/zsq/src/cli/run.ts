import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Argv, CommandModule } from "yargs";
import { resumeRun } from "../runs/resume-run";
import { RunFolder, taskSchema } from "../runs/run-folder";
import { runLocal } from "../runs/run-local";
import { runStatus, type RunStatus } from "../runs/run-status";
import { queue } from "../runs/slurm";
import { studyTasks, STUDY_PARTS, type StudyPart } from "../runs/study-tasks";
import { verifyRun } from "../runs/verify-run";
import { cacheFolder } from "../study/cache";
import type { ProfileName, ScaleName } from "../study/profiles";
import type { Task } from "../study/task";
import { interruptSignal } from "./child";
import { estimateCommand } from "./estimate-run";
import { executorOf, executorOptions, STUDY_KINDS, type ExecutorArguments } from "./executor-options";
import { showProgress } from "./progress";
import { Failed, UsageError } from "./report-error";

export const runCommand: CommandModule = {
  command: "run <action>",
  describe: "long computations as lists of tasks, on this machine or a Slurm cluster",
  builder: (yargs) => yargs.command(createCommand).command(resumeCommand).command(statusCommand).command(verifyCommand).command(estimateCommand).command(elementCommand).demandCommand(1, "missing action"),
  handler: () => undefined,
};

interface CreateArguments { dir: string; tasks?: string; study?: string; profile: ProfileName; scale: ScaleName; seed: number; cache: string; kinds: string }

const createCommand: CommandModule<object, CreateArguments> = {
  command: "create <dir>",
  describe: "make a folder for the tasks of a file, or of tables and figures of the study",
  builder: (yargs) => inDirectory(yargs)
    .option("tasks", { type: "string", requiresArg: true, describe: "file with a task document a line" })
    .option("study", { type: "string", requiresArg: true, describe: `comma-separated, of ${STUDY_PARTS.join(", ")}; or all` })
    .option("profile", { choices: ["embedded", "paper"] as const, default: "embedded" as const, describe: "of the study; paper: as npm run reproduce has prepared it" })
    .option("scale", { choices: ["smoke", "default", "full"] as const, default: "default" as const, describe: "of the study" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "of the study" })
    .option("cache", { type: "string", requiresArg: true, default: cacheFolder(), defaultDescription: "the study's", describe: "folder of the results; shared with all machines that work on the run" })
    .option("kinds", { type: "string", requiresArg: true, default: STUDY_KINDS, defaultDescription: "the study's", describe: "module that exports the task kinds" }),
  handler: async ({ dir, tasks, study, profile, scale, seed, cache, kinds }) => {
    if ((tasks === undefined) === (study === undefined)) throw new UsageError("expected --tasks FILE or --study LIST, one of them");
    const listed = tasks !== undefined ? readTasks(tasks) : await studyTasks(partsOf(study!, profile), scale, seed, { profile, signal: interruptSignal() });
    const folder = await RunFolder.create(resolve(dir), listed, { kindsModule: resolve(kinds), cache });
    process.stdout.write(`${folder.size} tasks in ${folder.levels.length} levels (${folder.levels.join(", ")}); zsq run resume ${dir}\n`);
  },
};

interface ResumeArguments extends ExecutorArguments { dir: string; jobs?: number; json: boolean }

const resumeCommand: CommandModule<object, ResumeArguments> = {
  command: "resume <dir>",
  describe: "run what is left: all tasks at first, the failed and lost ones later",
  builder: (yargs) => executorOptions(inDirectory(yargs))
    .option("jobs", { type: "number", requiresArg: true, describe: "local: processes; default: the cores, fewer if memory is short" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ dir, jobs, json, ...executor }) => {
    const folder = RunFolder.open(resolve(dir)), progress = showProgress("run");
    try {
      const { damaged } = await resumeRun(folder, {
        ...executorOf(executor, folder), jobs, signal: interruptSignal(), onProgress: ({ done, total, task, secondsLeft }) => progress.update(done, total, task, secondsLeft),
      });
      progress.stop();
      for (const name of damaged) process.stderr.write(`damaged result, computed again: ${name}\n`);
    } finally {
      progress.stop();
    }
    const status = await runStatus(folder);
    process.stdout.write(`${json ? JSON.stringify(status, null, 2) : describe(status)}\n`);
    if (status.failed > 0) throw new Failed(1);
  },
};

const statusCommand: CommandModule<object, { dir: string; json: boolean }> = {
  command: "status <dir>",
  describe: "count tasks that are done, running, failed and waiting",
  builder: (yargs) => inDirectory(yargs).option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ dir, json }) => {
    const folder = RunFolder.open(resolve(dir)), status = await runStatus(folder, await runningOnSlurm(folder));
    process.stdout.write(`${json ? JSON.stringify(status, null, 2) : describe(status)}\n`);
  },
};

const verifyCommand: CommandModule<object, { dir: string; json: boolean }> = {
  command: "verify <dir>",
  describe: "compute all hashes of a run, or of the study's results, anew",
  builder: (yargs) => inDirectory(yargs).option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ dir, json }) => {
    const found = await verifyRun(resolve(dir));
    process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : [...found.problems, `${found.checked} checked, ${found.problems.length} problems`].map((line) => `${line}\n`).join(""));
    if (found.problems.length > 0) throw new Failed(1);
  },
};

// what an array element runs; not for people
const elementCommand: CommandModule<object, { dir: string; list: string; element: number }> = {
  command: "element <dir> <list> <element>",
  describe: false,
  builder: (yargs) => inDirectory(yargs).positional("list", { type: "string", demandOption: true }).positional("element", { type: "number", demandOption: true }),
  handler: async ({ dir, list, element }) => {
    const chosen = new Set((JSON.parse(readFileSync(list, "utf8")) as number[][])[element]);
    const failed = await runLocal(RunFolder.open(resolve(dir)), { jobs: Number(process.env.SLURM_CPUS_PER_TASK ?? 1), signal: interruptSignal() }, (index) => chosen.has(index));
    if (failed > 0) throw new Failed(1);
  },
};

function inDirectory<T>(yargs: Argv<T>): Argv<T & { dir: string }> {
  return yargs.positional("dir", { type: "string", demandOption: true, describe: "folder of the run" });
}

function readTasks(file: string): Task[] {
  return readFileSync(file, "utf8").split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    let document: unknown;
    try {
      document = JSON.parse(line);
    } catch (error) {
      throw new Error(`run: invalid task in ${file}, line ${at + 1}: ${(error as Error).message}; expected a JSON document a line`);
    }
    const task = taskSchema.safeParse(document);
    if (!task.success) throw new Error(`run: invalid task in ${file}, line ${at + 1}: ${task.error.issues[0].path.join(".") || "document"}: ${task.error.issues[0].message}`);
    return [task.data];
  });
}

function partsOf(list: string, profile: ProfileName): StudyPart[] {
  if (list === "all") return STUDY_PARTS.filter((part) => profile === "embedded" || part !== "train");
  return list.split(",").map((part) => {
    if (!(STUDY_PARTS as readonly string[]).includes(part)) throw new UsageError(`unknown --study: ${part}; expected some of ${STUDY_PARTS.join(", ")}`);
    return part as StudyPart;
  });
}

async function runningOnSlurm(folder: RunFolder): Promise<number | undefined> {
  let jobs: string[];
  try {
    jobs = JSON.parse(readFileSync(folder.file("slurm", "jobs.json"), "utf8")) as string[];
  } catch {
    return undefined;
  }
  return (await queue(jobs).catch(() => [])).filter((state) => state === "RUNNING").length;
}

function describe({ tasks, done, running, failed, waiting, secondsLeft, failures, owner }: RunStatus): string {
  const left = secondsLeft === null ? "" : `, about ${secondsLeft < 90 ? `${secondsLeft} s` : `${Math.round(secondsLeft / 60)} min`} left`;
  const held = owner ? `; process ${owner.pid} on ${owner.host} works on it` : "";
  return [`${done} of ${tasks} tasks done, ${running} running, ${failed} failed, ${waiting} waiting${left}${held}`, ...failures.map(({ name, message }) => `  failed: ${name}: ${message.split("\n")[0]}`)].join("\n");
}
