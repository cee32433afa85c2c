import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { ResultCache } from "../study/cache";
import { AtomicFile, sweepTemporaries, writeFileAtomic } from "../weights/atomic-write";
import { sha256OfFile } from "../weights/checksum";
import { acquireLock } from "./lock";
import type { RunFolder } from "./run-folder";
import { readUsage } from "./run-log";
import { runLocal, type RunLocalOptions } from "./run-local";
import { describeRun, writeRecord } from "../study/run-record";
import { submitToSlurm, waitForSlurm, type SlurmOptions } from "./slurm";

export interface ResumeRunOptions extends RunLocalOptions {
  /** where tasks run: processes of this machine, or a Slurm cluster; default "local" */
  executor?: "local" | "slurm";
  slurm?: SlurmOptions & {
    /** how an array element runs the tasks of a list; see submitToSlurm */
    command: readonly string[];
  };
}

/** What a call of resumeRun did. */
export interface ResumedRun {
  failed: number;
  /** results that were found damaged and computed again */
  damaged: string[];
}

/**
 * Runs what is left of a run and writes its record: `results.jsonl` with the SHA-256 of each result, `record.json` with
 * all that determined them. What is done is not done again; what is damaged is. One process at a time works on a folder.
 *
 * Throws LockedError if another does, one line if Slurm refuses, and AbortError when stopped; the same call continues.
 */
export async function resumeRun(folder: RunFolder, options: ResumeRunOptions = {}): Promise<ResumedRun> {
  const lock = acquireLock(folder.lock);
  try {
    for (const part of ["failures", "slurm"]) sweepTemporaries(folder.file(part));
    for (const index of folder.failures().keys()) folder.clearFailure(index); // those tasks run again
    const damaged = await forgetDamaged(folder);
    writeFileAtomic(folder.file("working.json"), `${JSON.stringify({ processes: options.jobs ?? availableParallelism() })}\n`);
    await (options.executor === "slurm" ? runOnSlurm(folder, options) : runLocal(folder, options));
    const failed = folder.failures().size;
    await writeResults(folder, options.executor ?? "local", failed);
    return { failed, damaged };
  } finally {
    try {
      rmSync(folder.file("working.json"), { force: true });
    } catch {
      // means nothing without a lock
    }
    lock.release();
  }
}

async function forgetDamaged(folder: RunFolder): Promise<string[]> {
  const cache = new ResultCache(folder.cache), damaged: string[] = [];
  for await (const { key, task } of folder.tasks()) {
    if (!cache.isDamaged(key)) continue;
    damaged.push(task.name);
    cache.remove(key);
  }
  return damaged;
}

async function runOnSlurm(folder: RunFolder, { slurm, onProgress, signal }: ResumeRunOptions): Promise<void> {
  if (!slurm) throw new Error("resumeRun: missing slurm: undefined; expected its options");
  const cache = new ResultCache(folder.cache), levels: number[][] = folder.levels.map(() => []);
  for await (const { index, key, level } of folder.tasks()) if (!cache.has(key)) levels[level].push(index);
  const open = levels.reduce((sum, level) => sum + level.length, 0);
  if (open === 0) return;
  const jobs = await submitToSlurm(folder, levels, slurm.command, slurm);
  writeFileAtomic(folder.file("slurm", "jobs.json"), `${JSON.stringify(jobs)}\n`);
  await waitForSlurm(jobs, {
    ...slurm, signal,
    onProgress: ({ queued, running }) => onProgress?.({ done: folder.size - queued - running, total: folder.size, task: `${running} running, ${queued} queued`, secondsLeft: null }),
  });
  await noteLost(folder, cache, levels);
}

// elements that ended without a word, such as those that ran out of time or memory
async function noteLost(folder: RunFolder, cache: ResultCache, levels: readonly (readonly number[])[]): Promise<void> {
  const submitted = new Set(levels.flat()), failures = folder.failures();
  for await (const { index, key, task: { name } } of folder.tasks()) {
    if (!submitted.has(index) || cache.has(key) || failures.has(index)) continue;
    folder.noteFailure(index, { name, message: "its Slurm element ended without a result; its output is in slurm/" });
  }
}

async function writeResults(folder: RunFolder, executor: string, failed: number): Promise<void> {
  const cache = new ResultCache(folder.cache), inputs = new Set<string>(), path = folder.file("results.jsonl"), file = new AtomicFile(path);
  try {
    for await (const { index, key, task } of folder.tasks()) {
      for (const input of Object.values(task.inputs)) if ("path" in input) inputs.add(input.path);
      if (existsSync(cache.entryPath(key))) file.write(`${JSON.stringify({ index, name: task.name, key, sha256: sha256OfFile(cache.entryPath(key)) })}\n`);
    }
  } catch (error) {
    file.abandon();
    throw error;
  }
  file.commit();
  const { seconds: each, peakBytes } = await readUsage(folder), seconds = each.reduce((sum, one) => sum + (one || 0), 0);
  writeRecord(folder.file("record.json"), await describeRun({
    configuration: { tasks: folder.size, executor, cache: folder.cache }, status: failed > 0 ? "failed" : "complete", seconds, peakBytes,
    inputs: [...inputs], outputs: [folder.file("tasks.jsonl"), path],
  }));
}
