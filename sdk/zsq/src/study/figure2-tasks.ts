import { evaluateTask, FULL_PRECISION, schemeName, type SchemeChoice } from "./evaluate-task";
import { kinds } from "./kinds";
import { hashInputs, seedOf, type ModelInputs } from "./model-inputs";
import type { StudyModel, StudyPlan } from "./profiles";
import { scoreTask } from "./score-task";
import { curveDistillation, distilledInputs, table1Evaluation, type DistilledSource } from "./table1-tasks";
import { taskKey, type FileInput, type Task } from "./task";

/** The losses whose curves are drawn, by the source that Table 1 names after them. */
export const FIGURE2_LOSSES = { "distilled-mean": "mean", "distilled-mean-std": "mean+std" } as const;

/**
 * The ways to quantize: the paper's own, and four bits with the image's range known, for at four bits a calibrated one
 * would hide what distillation does to all the others (Table 1 has both).
 */
export const FIGURE2_SCHEMES = [{ precision: "W8A8", inputRange: "calibrated" }, { precision: "W8A4", inputRange: "image" }] as const satisfies readonly SchemeChoice[];

/** All tasks of Figure 2, and which of them says what. */
export interface Figure2Tasks {
  tasks: Task[];
  models: Figure2Model[];
  inputs: FileInput[];
}

export interface Figure2Model {
  model: StudyModel;
  /** by loss, those of each seed */
  distillations: Record<DistilledSource, Task[][]>;
  /** scores by scheme; the order of their inputs is that of `points` */
  score: Task;
  points: Figure2Point[];
  /** scores full precision alone */
  fullPrecision: Task;
}

/** One evaluation: a point of a curve, or with source "real" of a line; the noise at iteration 0 belongs to both losses. */
export interface Figure2Point {
  source: DistilledSource | "noise" | "real";
  iterations: number;
  seed: number;
}

/**
 * The tasks of Figure 2. Distillations, noise, real images and the distilled images after the iterations that Table 1
 * uses are those of Table 1; every other snapshot is evaluated on the first images of the validation set.
 *
 * Throws if a checkpoint or a data set is missing.
 */
export function figure2Tasks(plan: StudyPlan, seed: number): Figure2Tasks {
  const all: Figure2Tasks = { tasks: [], models: [], inputs: [] };
  for (const model of plan.models) {
    const inputs = hashInputs(model, "figure2");
    all.inputs.push(...inputs.listed);
    all.models.push(modelTasks(all.tasks, plan, seed, model, inputs));
  }
  return all;
}

function modelTasks(tasks: Task[], plan: StudyPlan, seed: number, model: StudyModel, inputs: ModelInputs): Figure2Model {
  const { seeds, validation } = plan.counts;
  const points: Figure2Point[] = [], evaluations: Task[] = [];
  const distillations: Figure2Model["distillations"] = { "distilled-mean": [], "distilled-mean-std": [] };
  for (let k = 0; k < seeds; k++) {
    const one = seedOf(seed, k);
    const add = (source: Figure2Point["source"], iterations: number, evaluation: Task): void => {
      points.push({ source, iterations, seed: one });
      evaluations.push(evaluation);
    };
    for (const source of ["noise", "real"] as const) add(source, 0, table1Evaluation(tasks, plan, one, model, inputs, source));
    for (const source of ["distilled-mean", "distilled-mean-std"] as const) {
      const distillation = curveDistillation(plan, one, model, inputs.checkpoint, source);
      tasks.push(...distillation);
      distillations[source].push(distillation);
      for (const iterations of plan.counts.curve.filter((i) => i > 0)) {
        add(source, iterations, pointEvaluation(tasks, plan, one, model, inputs, source, iterations, distillation));
      }
    }
  }
  const full = table1Evaluation(tasks, plan, seed, model, inputs, "none");
  const scored = (what: string, sets: readonly string[], of: readonly Task[]): Task =>
    scoreTask(`${model.dataset}: score ${what}`, { sets, limit: validation }, inputs.val, of.map((task) => taskKey(task, kinds)));
  const [score, fullPrecision] = [scored("the curves", FIGURE2_SCHEMES.map(schemeName), evaluations), scored("full precision", [FULL_PRECISION], [full])];
  tasks.push(score, fullPrecision);
  return { model, distillations, score, points, fullPrecision };
}

function pointEvaluation(tasks: Task[], plan: StudyPlan, seed: number, model: StudyModel, inputs: ModelInputs, source: DistilledSource, iterations: number, distillation: readonly Task[]): Task {
  if (iterations === plan.counts.iterations) return table1Evaluation(tasks, plan, seed, model, inputs, source);
  const { images, validation } = plan.counts;
  const task = evaluateTask(`${model.dataset}: evaluate after ${iterations} iterations, ${source}, seed ${seed}`,
    { calibration: { kind: "distilled", images, seed, iterations }, schemes: FIGURE2_SCHEMES, limit: validation },
    { checkpoint: inputs.checkpoint, dataset: inputs.val, ...distilledInputs(distillation) });
  tasks.push(task);
  return task;
}
