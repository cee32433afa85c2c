import { join } from "node:path";
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
  /** the result is written to <out>/<profile>/results/<id>.json; defaults to out in the repository, null writes nothing */
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
  const result = await ofPlan(plan, seed, options, folder);
  if (folder !== null) writeFileAtomic(join(folder, `${id}.json`), `${JSON.stringify(result, null, 2)}\n`);
  return result;
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
