import { join } from "node:path";
import { compareScales, compareTasks } from "../study/compare-tasks";
import { datasetInput } from "../study/dataset-input";
import { ensureData } from "../study/ensure-data";
import { NOTEBOOK_TASKS, STUDY_NOTEBOOKS } from "../study/estimate";
import { kinds } from "../study/kinds";
import { comparedMethods } from "../study/methods";
import { studyPlan, type ProfileName, type ScaleName, type StudyPlan } from "../study/profiles";
import { taskKey, type Task } from "../study/task";
import { trainTask } from "../study/train-task";

/** What can run ahead of its notebook or command, which then finds all of it in the cache: every notebook, the comparison, and both trainings. */
export const STUDY_PARTS = [...STUDY_NOTEBOOKS, "compare", "train"] as const;
export type StudyPart = (typeof STUDY_PARTS)[number];

const TASKS: Readonly<Record<StudyPart, (plan: StudyPlan, seed: number) => readonly Task[]>> = {
  ...NOTEBOOK_TASKS,
  compare: (plan, seed) => compareTasks(plan, { ...compareScales[plan.scale], methods: comparedMethods.map(({ id }) => id), inputRange: "image" }, seed).tasks,
  train: (plan, seed) => trainingTasks(plan.data?.folder ?? "", seed),
};

/** The tasks of parts of a plan whose data are there. Throws if a checkpoint or a data set is missing, or a training of the paper profile is asked for. */
export function partTasks(parts: readonly StudyPart[], plan: StudyPlan, seed: number): Task[] {
  if (plan.data === null && parts.includes("train")) throw new Error("studyTasks: unknown part of the paper profile: train; expected others; try npx zsq train --profile paper");
  return parts.flatMap((part) => TASKS[part](plan, seed));
}

/** The tasks of parts of the study; data that are missing are drawn. See partTasks. */
export async function studyTasks(parts: readonly StudyPart[], scale: ScaleName, seed: number, { profile = "embedded", signal }: { profile?: ProfileName; signal?: AbortSignal } = {}): Promise<Task[]> {
  const plan = studyPlan(profile, scale);
  await ensureData(plan, signal);
  return partTasks(parts, plan, seed);
}

/**
 * Both trainings of the embedded profile: visible from random weights, thermal from what came of it.
 *
 * - **data** – folder of the scenes, with <domain>/train.json and <domain>/val.json
 * - **epochs** – default those of the recipes
 */
export function trainingTasks(data: string, seed: number, epochs?: number): Task[] {
  const sets = (domain: string): { train: ReturnType<typeof datasetInput>; val: ReturnType<typeof datasetInput> } => ({ train: datasetInput(join(data, domain, "train.json")), val: datasetInput(join(data, domain, "val.json")) });
  const parameters = { seed, ...(epochs !== undefined && { epochs }) };
  const visible = trainTask("train visible", { recipe: "visible", ...parameters }, sets("visible"));
  return [visible, trainTask("train thermal", { recipe: "thermal", ...parameters }, { ...sets("thermal"), start: { result: taskKey(visible, kinds) } })];
}
