import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { writeFileAtomic } from "../weights/atomic-write";
import type { RunFolder } from "./run-folder";

const execute = promisify(execFile);

/** What a Slurm job of a run asks for; see sbatch. */
export interface SlurmOptions {
  partition?: string;
  /** of each array element */
  gpus?: number;
  /** cores of each array element, which runs as many tasks at a time; default 1 */
  cpus?: number;
  /** limit of an array element, such as "02:00:00" */
  time?: string;
  /** memory of an array element, such as "8G" */
  memory?: string;
  /** tasks that one array element runs one after another, so that short tasks share its start; default 1 */
  tasksPerElement?: number;
  /** elements of one array; default: what the cluster allows */
  arraySize?: number;
  /** elements that run at a time; default: no limit */
  throttle?: number;
  /** further arguments of sbatch, such as "--account=x" */
  extra?: readonly string[];
  /** seconds between two looks at the queue; default 10 */
  pollSeconds?: number;
  onProgress?: (jobs: { queued: number; running: number }) => void;
  signal?: AbortSignal;
}

/**
 * Submits tasks of a run as Slurm job arrays, level after level: the arrays of a level wait for the end of all of the
 * level before. A lost node's elements are queued again by Slurm; a task whose result is there by then is not run twice.
 *
 * - **levels** – indices of the tasks that have to run, by level
 * - **command** – how an array element runs the tasks of a list: program and arguments, to which the list's file is appended
 *
 * Returns the numbers of the jobs. Throws one line if sbatch is missing or refuses; what was submitted before is cancelled.
 */
export async function submitToSlurm(folder: RunFolder, levels: readonly (readonly number[])[], command: readonly string[], options: SlurmOptions = {}): Promise<string[]> {
  const { tasksPerElement = 1, arraySize = await largestArray() } = options;
  for (const [name, value] of Object.entries({ tasksPerElement, arraySize })) if (!Number.isInteger(value) || value < 1) throw new RangeError(`slurm: invalid ${name}: ${value}; expected an integer >= 1`);
  const jobs: string[] = [];
  let before: string[] = [], lists = 0;
  const stamp = Date.now().toString(36);
  try {
    for (const level of levels) {
      const submitted: string[] = [];
      for (let at = 0; at < level.length; at += arraySize * tasksPerElement) {
        const elements = chunks(level.slice(at, at + arraySize * tasksPerElement), tasksPerElement);
        const list = folder.file("slurm", `${stamp}-${lists++}.json`);
        writeFileAtomic(list, `${JSON.stringify(elements)}\n`);
        submitted.push(await submit(folder, elements.length, [...command, list], before, options));
        jobs.push(submitted[submitted.length - 1]);
      }
      if (submitted.length > 0) before = submitted;
    }
  } catch (error) {
    await cancel(jobs);
    throw error;
  }
  return jobs;
}

/** Resolves when none of the jobs is in the queue any more. When stopped, cancels them and throws. */
export async function waitForSlurm(jobs: readonly string[], { pollSeconds = 10, onProgress, signal }: SlurmOptions = {}): Promise<void> {
  for (let silent = 0; ; ) {
    try {
      const states = await queue(jobs);
      silent = 0;
      if (states.length === 0) return;
      const running = states.filter((state) => state === "RUNNING" || state === "COMPLETING").length;
      onProgress?.({ queued: states.length - running, running });
    } catch (error) {
      if (++silent > 30) throw error; // the controller may be restarting
    }
    try {
      await sleep(pollSeconds * 1000, undefined, { signal });
    } catch {
      await cancel(jobs);
      throw Object.assign(new Error(`slurm: stopped; ${jobs.length} jobs were cancelled; the same command continues`), { name: "AbortError" });
    }
  }
}

/** States of the elements of these jobs that are queued or run, such as "RUNNING". */
export async function queue(jobs: readonly string[]): Promise<string[]> {
  if (jobs.length === 0) return [];
  try {
    const { stdout } = await execute("squeue", ["--noheader", "--array", "--format=%T", `--jobs=${jobs.join(",")}`], { maxBuffer: 2 ** 28 });
    return stdout.split("\n").map((line) => line.trim()).filter(Boolean);
  } catch (error) {
    if (/Invalid job id/i.test((error as { stderr?: string }).stderr ?? "")) return []; // all have long ended
    throw failure("squeue", error);
  }
}

async function submit(folder: RunFolder, elements: number, command: readonly string[], after: readonly string[], { partition, gpus, cpus = 1, time, memory, throttle, extra = [] }: SlurmOptions): Promise<string> {
  const script = `#!/bin/sh\nexec ${command.map(quoted).join(" ")} "$SLURM_ARRAY_TASK_ID"\n`;
  const asked = { partition, gpus, time, mem: memory, dependency: after.length > 0 ? `afterany:${after.join(":")}` : undefined };
  const args = [
    "--parsable", "--requeue", "--job-name=zsq", `--array=0-${elements - 1}${throttle ? `%${throttle}` : ""}`, `--cpus-per-task=${cpus}`,
    `--output=${folder.file("slurm", "%A_%a.out")}`, ...Object.entries(asked).filter(([, value]) => value !== undefined).map(([name, value]) => `--${name}=${value}`), ...extra,
  ];
  const file = command[command.length - 1].replace(/json$/, "sh");
  writeFileAtomic(file, script);
  try {
    const { stdout } = await execute("sbatch", [...args, file]);
    return stdout.trim().split(";")[0];
  } catch (error) {
    throw failure("sbatch", error);
  }
}

/** Cancels jobs; those that have ended do not matter. */
async function cancel(jobs: readonly string[]): Promise<void> {
  if (jobs.length > 0) await execute("scancel", [...jobs]).catch(() => undefined);
}

async function largestArray(): Promise<number> {
  try {
    const { stdout } = await execute("scontrol", ["show", "config"]);
    return Math.max(1, Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? 1001) - 1);
  } catch (error) {
    throw failure("scontrol", error);
  }
}

function failure(program: string, error: unknown): Error {
  const { code, stderr, message } = error as { code?: string; stderr?: string; message: string };
  if (code === "ENOENT") return new Error(`slurm: missing program: ${program}; expected Slurm's commands on the PATH; try --executor local`);
  return new Error(`slurm: ${program} failed: ${(stderr || message).trim().split("\n")[0]}`);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, k) => all.slice(k * size, (k + 1) * size));
}
