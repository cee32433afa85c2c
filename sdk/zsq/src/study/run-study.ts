import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeRun, writeRecord } from "./run-record";
import { writeFileAtomic } from "../weights/atomic-write";
import { ResultCache } from "./cache";
import { ensureData } from "./ensure-data";
import { studyEnvironment } from "./environment";
import { runTasks, type RunTasksOptions } from "./executor";
import { studyPlan, type ProfileName, type ScaleName, type StudyPlan } from "./profiles";
import { repositoryPath, repositoryRoot } from "./repository";
import type { Environment, ResultId } from "./result-schema";
import type { FileInput, Task } from "./task";
import { TaskResults } from "./task-results";

/** How a table or figure of the study is computed. */
export interface RunStudyOptions extends Pick<RunTasksOptions, "jobs" | "cache" | "onProgress" | "signal"> {
  /** defaults to "embedded" */
  profile?: ProfileName;
  /** defaults to "default" */
  scale?: ScaleName;
  /** first seed of everything random; defaults to 1 */
  seed?: number;
  /** the result is written to <out>/<profile>/results/<id>.json, its record to records/<id>.record.json beside; defaults to out in the repository, null writes nothing */
  out?: string | null;
}

/** How tasks are run for a plan whose data are there. */
export type PlanOptions = Omit<RunTasksOptions, "kindsModule">;

/** What every result says of its run. */
export interface ResultHead<Id extends ResultId> {
  schema: 1;
  id: Id;
  profile: ProfileName;
  scale: ScaleName;
  seed: number;
  environment: Environment;
  inputs: { path: string; sha256: string }[];
}

/** A table or figure of any plan; `out` is where it may put pictures that its rows name, null for nowhere. */
export type OfPlan<R> = (plan: StudyPlan, seed: number, options: PlanOptions, out: string | null) => Promise<R>;

/**
 * Computes a table or figure of a profile at a scale, and writes its result.
 *
 * What the cache holds is not computed again. The same profile, scale and seed give the same rows, byte by byte, on the
 * same machine. Data that are missing are drawn.
 *
 * Throws if a checkpoint is missing, a task fails (with its name), or when stopped; the same call continues.
 */
export async function runStudy<R>(id: ResultId, { profile = "embedded", scale = "default", seed = 1, out = join(repositoryRoot(), "out"), ...options }: RunStudyOptions, ofPlan: OfPlan<R>): Promise<R> {
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > 1e9) throw new RangeError(`${id}: invalid seed: ${seed}; expected an integer in [0, 1e9]`);
  const plan = studyPlan(profile, scale);
  await ensureData(plan, options.signal);
  const folder = out === null ? null : join(out, profile, "results");
  const start = performance.now();
  const result = await ofPlan(plan, seed, { ...(plan.jobs !== undefined && { jobs: plan.jobs }), ...options }, folder);
  if (out !== null && folder !== null) {
    const path = join(folder, `${id}.json`);
    writeFileAtomic(path, `${JSON.stringify(result, null, 2)}\n`);
    await recordOf(join(out, profile, "records", `${id}.record.json`), { id, profile, scale, seed }, path, (performance.now() - start) / 1000);
  }
  return result;
}

// beside the result, whose bytes a second run has to give again, what need not be the same
async function recordOf(path: string, configuration: Record<string, unknown>, result: string, seconds: number): Promise<void> {
  const { inputs } = JSON.parse(readFileSync(result, "utf8")) as Pick<ResultHead<ResultId>, "inputs">;
  const read = inputs.map((input) => resolve(repositoryRoot(), input.path));
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  writeRecord(path, await describeRun({ configuration, status: "complete", seconds, peakBytes, inputs: read, outputs: [result] }));
}

/** Runs tasks and gives access to their results. */
export async function computed(tasks: readonly Task[], { cache = new ResultCache(), ...options }: PlanOptions): Promise<TaskResults> {
  return new TaskResults(cache, tasks, await runTasks(tasks, { ...options, cache }));
}

/** The head of a result. */
export const resultHead = <Id extends ResultId>(id: Id, plan: StudyPlan, seed: number, inputs: readonly FileInput[]): ResultHead<Id> => ({
  schema: 1, id, profile: plan.profile, scale: plan.scale, seed, environment: studyEnvironment(),
  inputs: inputs.map(({ path, sha256 }) => ({ path: repositoryPath(path), sha256 })),
});
