import { ensureData } from "../study/ensure-data";
import { figure2Tasks } from "../study/figure2-tasks";
import { figure3Tasks } from "../study/figure3-tasks";
import { studyPlan, type ScaleName } from "../study/profiles";
import { table1Tasks } from "../study/table1-tasks";
import type { Task } from "../study/task";

/** Tables and figures whose tasks can run ahead of their notebooks. */
export const STUDY_PARTS = ["table1", "figure2", "figure3"] as const;
export type StudyPart = (typeof STUDY_PARTS)[number];

const TASKS = { table1: table1Tasks, figure2: figure2Tasks, figure3: figure3Tasks };

/** The tasks of tables and figures: once they have run, the notebooks find all results in the cache. */
export async function studyTasks(parts: readonly StudyPart[], scale: ScaleName, seed: number, signal?: AbortSignal): Promise<Task[]> {
  const plan = studyPlan("embedded", scale);
  await ensureData(plan, signal);
  return parts.flatMap((part) => TASKS[part](plan, seed).tasks);
}
