import { availableParallelism } from "node:os";
import { ResultCache } from "./cache";
import type { DistillParameters } from "./distill-task";
import type { EvaluateParameters } from "./evaluate-task";
import { figure1Tasks } from "./figure1";
import { figure2Tasks } from "./figure2-tasks";
import { figure3Tasks } from "./figure3-tasks";
import { figure4Tasks } from "./figure4";
import { kinds } from "./kinds";
import type { StudyPlan } from "./profiles";
import { table1Tasks } from "./table1-tasks";
import { kindOf, taskKey, type Task } from "./task";
import { whatIfTasks } from "./what-if";
import { sweepChoices } from "./what-if-sweep";

/** Notebooks of the study in the order in which they run; later ones find results of earlier ones in the cache. */
export const STUDY_NOTEBOOKS = ["figure1", "table1", "figure2", "figure3", "figure4", "what-if"] as const;
export type StudyNotebook = (typeof STUDY_NOTEBOOKS)[number];

/** What a notebook may take. */
export interface NotebookEstimate {
  id: StudyNotebook;
  seconds: number;
  /** of results in the cache, at most */
  bytes: number;
}

/** See estimateNotebooks. */
export interface EstimateOptions {
  cache?: ResultCache;
  /** processes; defaults to the number of cores */
  jobs?: number;
  /** seconds that a task takes with all processes at work, where that is not its cost divided among them, such as for larger detectors */
  seconds?: (task: Task) => number | undefined;
}

/** Starting a kernel, drawing, and what else a notebook does besides tasks, in seconds. */
const KERNEL_SECONDS = 9;
/** 300 detections of seven numbers */
const DETECTION_BYTES = 300 * 7 * 4;
const distillation = "distill", evaluation = "calibrate-and-evaluate";

/** The tasks of each notebook. */
export const NOTEBOOK_TASKS: Readonly<Record<StudyNotebook, (plan: StudyPlan, seed: number) => readonly Task[]>> = {
  figure1: figure1Tasks,
  table1: (plan, seed) => table1Tasks(plan, seed).tasks,
  figure2: (plan, seed) => figure2Tasks(plan, seed).tasks,
  figure3: (plan, seed) => figure3Tasks(plan, seed).tasks,
  figure4: (plan, seed) => figure4Tasks(plan, seed).flat(),
  "what-if": (plan, seed) => whatIfTasks(plan, seed, sweepChoices(plan)).tasks,
};

/**
 * How long notebooks would take one after the other: the costs of those of their tasks that the cache lacks, each counted
 * once, divided among the processes.
 *
 * Throws if a checkpoint or a data set is missing.
 */
export function estimateNotebooks(ids: readonly StudyNotebook[], plan: StudyPlan, seed: number, { cache = new ResultCache(), jobs = availableParallelism(), seconds = () => undefined }: EstimateOptions = {}): NotebookEstimate[] {
  const counted = new Set<string>();
  return ids.map((id) => {
    let sum = KERNEL_SECONDS, bytes = 0;
    for (const task of NOTEBOOK_TASKS[id](plan, seed)) {
      const key = taskKey(task, kinds);
      if (counted.has(key) || cache.has(key)) continue;
      counted.add(key);
      sum += seconds(task) ?? kindOf(task, kinds).cost(task.parameters) / jobs;
      bytes += bytesOf(task);
    }
    return { id, seconds: sum, bytes };
  });
}

// of a result's arrays: distilled images, and as many detections as there may be
function bytesOf({ kind, parameters }: Task): number {
  if (kind === distillation) {
    const { images, snapshots, imageShape: [height, width] } = parameters as unknown as DistillParameters;
    return images * snapshots.length * height * width * 3 * 4;
  }
  if (kind !== evaluation) return 0;
  const { limit = 300, schemes } = parameters as unknown as EvaluateParameters;
  return limit * Math.max(1, schemes.length) * DETECTION_BYTES;
}
