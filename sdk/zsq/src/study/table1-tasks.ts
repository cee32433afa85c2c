import { distillTask } from "./distill-task";
import { evaluateTask, FULL_PRECISION, schemeName, type Calibrated, type CalibrationKind, type EvaluateParameters, type SchemeChoice } from "./evaluate-task";
import { kinds } from "./kinds";
import { hashInputs, seedOf, type ModelInputs } from "./model-inputs";
import type { StudyModel, StudyPlan } from "./profiles";
import type { Table1Row } from "./result-schema";
import { summarizeTask } from "./summarize-task";
import { taskKey, type FileInput, type ResultInput, type Task } from "./task";

/** Where calibration images come from, in the order of the table's rows. */
export const TABLE1_SOURCES = ["distilled-mean", "distilled-mean-std", "real", "shuffled", "noise"] as const;
export type Table1Source = (typeof TABLE1_SOURCES)[number];
export type DistilledSource = Extract<Table1Source, "distilled-mean" | "distilled-mean-std">;

/** The ways to quantize, in the order of the table's rows. */
export const TABLE1_SCHEMES = (["W8A8", "W8A4"] as const).flatMap((precision) => (["calibrated", "image"] as const).map((inputRange) => ({ precision, inputRange }) satisfies SchemeChoice));

/** All tasks of Table 1, and which of them summarizes what. */
export interface Table1Tasks {
  tasks: Task[];
  summaries: { model: StudyModel; source: Table1Source | "none"; task: Task }[];
  inputs: FileInput[];
}

/**
 * The tasks of Table 1. For each model and seed: distil twice, then calibrate once with each source and evaluate by all
 * schemes; for each model and source: one summary over the seeds.
 *
 * Throws if a checkpoint or a data set is missing.
 */
export function table1Tasks(plan: StudyPlan, seed: number): Table1Tasks {
  const all: Table1Tasks = { tasks: [], summaries: [], inputs: [] };
  for (const model of plan.models) {
    const inputs = hashInputs(model, "table1");
    all.inputs.push(...inputs.listed);
    for (const source of ["none", ...TABLE1_SOURCES] as const) addSource(all, plan, seed, model, inputs, source);
  }
  return all;
}

function addSource(all: Table1Tasks, plan: StudyPlan, seed: number, model: StudyModel, inputs: ModelInputs, source: Table1Source | "none"): void {
  const { counts: { seeds, resamples } } = plan;
  const evaluations = Array.from({ length: source === "none" ? 1 : seeds }, (_, k) => table1Evaluation(all.tasks, plan, seedOf(seed, k), model, inputs, source));
  const detections = evaluations.map((task) => taskKey(task, kinds));
  const sets = source === "none" ? [FULL_PRECISION] : TABLE1_SCHEMES.map(schemeName);
  const task = summarizeTask(`${model.dataset}: interval, ${source === "none" ? "full precision" : source}`, { sets, resamples, seed }, inputs.val, detections);
  all.tasks.push(task);
  all.summaries.push({ model, source, task });
}

/** The evaluation of one seed of a source on all images by all schemes; it and the distillation that it needs are added to `tasks`. */
export function table1Evaluation(tasks: Task[], plan: StudyPlan, seed: number, model: StudyModel, inputs: ModelInputs, source: Table1Source | "none"): Task {
  const task = evaluation(tasks, plan, seed, model, inputs, source);
  tasks.push(task);
  return task;
}

function evaluation(tasks: Task[], plan: StudyPlan, seed: number, model: StudyModel, { checkpoint, train, val }: ModelInputs, source: Table1Source | "none"): Task {
  const { images, iterations } = plan.counts;
  const name = `${model.dataset}: ${source === "none" ? "full precision" : `calibrate and evaluate, ${source}, seed ${seed}`}`;
  const limited = model.images !== undefined && { limit: model.images };
  const by = (kind: CalibrationKind, more: Partial<Calibrated> = {}): EvaluateParameters => ({ calibration: { kind, images, seed, ...more }, schemes: TABLE1_SCHEMES, ...limited });
  if (source === "none") return evaluateTask(name, { calibration: { kind: "none", images: 0, seed: 0 }, schemes: [], ...limited }, { checkpoint, dataset: val });
  if (source === "noise") return evaluateTask(name, by("noise", { imageShape: plan.imageShape }), { checkpoint, dataset: val });
  if (source === "real" || source === "shuffled") return evaluateTask(name, by(source), { checkpoint, dataset: val, training: train });
  const distillation = curveDistillation(plan, seed, model, checkpoint, source);
  tasks.push(...distillation);
  return evaluateTask(name, by("distilled", { iterations }), { checkpoint, dataset: val, ...distilledInputs(distillation) });
}

/** The distillation of one seed with all iterations of the curve, in as many tasks as the plan says: Table 1 and Figures 2 and 4 share it. */
export function curveDistillation({ counts: { images, curve }, imageShape, distillation }: StudyPlan, seed: number, { dataset }: StudyModel, checkpoint: FileInput, source: DistilledSource): Task[] {
  const preset = source === "distilled-mean" ? "paper-mean" : "paper-mean-std", chunk = distillation?.chunk ?? images;
  return Array.from({ length: Math.ceil(images / chunk) }, (_, k) => {
    const firstImage = k * chunk, count = Math.min(chunk, images - firstImage), which = count === images ? `${images} images` : `images ${firstImage + 1} to ${firstImage + count} of ${images}`;
    return distillTask(`${dataset}: distil ${which}, ${preset}, seed ${seed}`, { preset, images: count, firstImage, snapshots: curve, imageShape, seed, ...(distillation && { batchSize: distillation.batchSize }) }, checkpoint);
  });
}

/** The images of distillations as inputs of an evaluation, in the order of the tasks. */
export const distilledInputs = (tasks: readonly Task[]): Record<`images${string}`, ResultInput> =>
  Object.fromEntries(tasks.map((task, k) => [tasks.length === 1 ? "images" : `images${String(k).padStart(5, "0")}`, { result: taskKey(task, kinds) }]));

/** The rows' description of a source and a scheme. */
export const rowKind = (source: Table1Source | "none", scheme?: (typeof TABLE1_SCHEMES)[number]): Pick<Table1Row, "precision" | "inputRange" | "calibration"> =>
  scheme ? { ...scheme, calibration: source } : { precision: "W32A32", inputRange: "none", calibration: "none" };
