import { availableParallelism } from "node:os";
import { ResultCache } from "./cache";
import { figure2Tasks } from "./figure2-tasks";
import { figure3Tasks } from "./figure3-tasks";
import { kinds } from "./kinds";
import { hashInputs, seedOf } from "./model-inputs";
import type { StudyPlan } from "./profiles";
import { curveDistillation, table1Tasks } from "./table1-tasks";
import { kindOf, taskKey, type Task } from "./task";
import { whatIfTasks } from "./what-if";
import { sweepChoices } from "./what-if-sweep";

/** Notebooks of the study in the order in which they run; later ones find results of earlier ones in the cache. */
export const STUDY_NOTEBOOKS = ["table1", "figure2", "figure3", "figure4", "what-if"] as const;
export type StudyNotebook = (typeof STUDY_NOTEBOOKS)[number];

/** What a notebook may take in seconds. */
export interface NotebookEstimate {
  id: StudyNotebook;
  seconds: number;
}

/** Starting a kernel, drawing, and what else a notebook does besides tasks, in seconds. */
const KERNEL_SECONDS = 9;

const TASKS: Readonly<Record<StudyNotebook, (plan: StudyPlan, seed: number) => readonly Task[]>> = {
  table1: (plan, seed) => table1Tasks(plan, seed).tasks,
  figure2: (plan, seed) => figure2Tasks(plan, seed).tasks,
  figure3: (plan, seed) => figure3Tasks(plan, seed).tasks,
  figure4: distillations,
  "what-if": (plan, seed) => whatIfTasks(plan, seed, sweepChoices(plan)).tasks,
};

// those of Figure 4
function distillations(plan: StudyPlan, seed: number): Task[] {
  return plan.models.flatMap((model) => {
    const { checkpoint } = hashInputs(model, "estimate");
    return Array.from({ length: plan.counts.seeds }, (_, k) => curveDistillation(plan, seedOf(seed, k), model, checkpoint, "distilled-mean"));
  });
}

/**
 * How long notebooks would take one after the other: the costs of those of their tasks that the cache lacks, each counted
 * once, divided among the processes.
 *
 * - **jobs** – processes; defaults to the number of cores
 *
 * Throws if a checkpoint or a data set is missing.
 */
export function estimateNotebooks(ids: readonly StudyNotebook[], plan: StudyPlan, seed: number, { cache = new ResultCache(), jobs = availableParallelism() }: { cache?: ResultCache; jobs?: number } = {}): NotebookEstimate[] {
  const counted = new Set<string>();
  return ids.map((id) => {
    let cost = 0;
    for (const task of TASKS[id](plan, seed)) {
      const key = taskKey(task, kinds);
      if (counted.has(key) || cache.has(key)) continue;
      counted.add(key);
      cost += kindOf(task, kinds).cost(task.parameters);
    }
    return { id, seconds: KERNEL_SECONDS + cost / jobs };
  });
}
