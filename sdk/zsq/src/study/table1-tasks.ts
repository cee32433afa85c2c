import { existsSync } from "node:fs";
import { datasetInput, fileInput } from "./dataset-input";
import { distillTask } from "./distill-task";
import { evaluateTask, FULL_PRECISION, schemeName, type EvaluateParameters, type SchemeChoice } from "./evaluate-task";
import { kinds } from "./kinds";
import type { StudyModel, StudyPlan } from "./profiles";
import { repositoryPath } from "./repository";
import type { Table1Row } from "./result-schema";
import { summarizeTask } from "./summarize-task";
import { taskKey, type FileInput, type Task } from "./task";

/** Where calibration images come from, in the order of the table's rows. */
export const TABLE1_SOURCES = ["distilled-mean", "distilled-mean-std", "real", "shuffled", "noise"] as const;
export type Table1Source = (typeof TABLE1_SOURCES)[number];

/** The ways to quantize, in the order of the table's rows. */
export const TABLE1_SCHEMES = (["W8A8", "W8A4"] as const).flatMap((precision) => (["calibrated", "image"] as const).map((inputRange) => ({ precision, inputRange }) satisfies SchemeChoice));

/** All tasks of Table 1, and which of them summarizes what. */
export interface Table1Tasks {
  tasks: Task[];
  summaries: { model: StudyModel; source: Table1Source | "none"; task: Task }[];
  inputs: FileInput[];
}

/** Files of one model, hashed. */
interface ModelInputs {
  checkpoint: FileInput;
  train: FileInput;
  val: FileInput;
}

/** Seed number k of a study: those of studies with different seeds never meet. */
export const seedOf = (seed: number, k: number): number => 1000 * seed + k;

/**
 * The tasks of Table 1. For each model and seed: distil twice, then calibrate once with each source and evaluate by all
 * schemes; for each model and source: one summary over the seeds.
 *
 * Throws if a checkpoint or a data set is missing.
 */
export function table1Tasks(plan: StudyPlan, seed: number): Table1Tasks {
  const all: Table1Tasks = { tasks: [], summaries: [], inputs: [] };
  for (const model of plan.models) {
    const inputs = hashInputs(model);
    all.inputs.push(inputs.checkpoint, { path: model.train, sha256: fileInput(model.train).sha256 }, { path: model.val, sha256: fileInput(model.val).sha256 });
    for (const source of ["none", ...TABLE1_SOURCES] as const) addSource(all, plan, seed, model, inputs, source);
  }
  return all;
}

function hashInputs({ checkpoint, train, val }: StudyModel): ModelInputs {
  if (!existsSync(checkpoint)) throw new Error(`table1: missing checkpoint: ${repositoryPath(checkpoint)}; expected a trained detector; try npx zsq train`);
  for (const path of [train, val]) if (!existsSync(path)) throw new Error(`table1: missing data set: ${repositoryPath(path)}; expected COCO-format JSON with its images; try npx zsq data`);
  return { checkpoint: fileInput(checkpoint), train: datasetInput(train), val: datasetInput(val) };
}

function addSource(all: Table1Tasks, plan: StudyPlan, seed: number, model: StudyModel, inputs: ModelInputs, source: Table1Source | "none"): void {
  const { counts: { seeds, resamples } } = plan;
  const domain = model.dataset;
  const evaluations = Array.from({ length: source === "none" ? 1 : seeds }, (_, k) => evaluation(all.tasks, plan, seedOf(seed, k), domain, inputs, source));
  all.tasks.push(...evaluations);
  const detections = evaluations.map((task) => taskKey(task, kinds));
  const sets = source === "none" ? [FULL_PRECISION] : TABLE1_SCHEMES.map(schemeName);
  const task = summarizeTask(`${domain}: interval, ${source === "none" ? "full precision" : source}`, { sets, resamples, seed }, inputs.val, detections);
  all.tasks.push(task);
  all.summaries.push({ model, source, task });
}

// also adds the distillation that it needs
function evaluation(tasks: Task[], { counts, imageShape }: StudyPlan, seed: number, domain: string, { checkpoint, train, val }: ModelInputs, source: Table1Source | "none"): Task {
  const name = `${domain}: ${source === "none" ? "full precision" : `calibrate and evaluate, ${source}, seed ${seed}`}`;
  const by = (kind: EvaluateParameters["calibration"]["kind"]): EvaluateParameters => ({ calibration: { kind, images: counts.images, seed }, schemes: TABLE1_SCHEMES });
  if (source === "none") return evaluateTask(name, { calibration: { kind: "none", images: 0, seed: 0 }, schemes: [] }, { checkpoint, dataset: val });
  if (source === "noise") return evaluateTask(name, by("noise"), { checkpoint, dataset: val });
  if (source === "real" || source === "shuffled") return evaluateTask(name, by(source), { checkpoint, dataset: val, training: train });
  const preset = source === "distilled-mean" ? "paper-mean" : "paper-mean-std";
  const distillation = distillTask(`${domain}: distil ${counts.images} images, ${preset}, seed ${seed}`, { preset, images: counts.images, iterations: counts.iterations, imageShape, seed }, checkpoint);
  tasks.push(distillation);
  return evaluateTask(name, by("distilled"), { checkpoint, dataset: val, images: { result: taskKey(distillation, kinds) } });
}

/** The rows' description of a source and a scheme. */
export const rowKind = (source: Table1Source | "none", scheme?: (typeof TABLE1_SCHEMES)[number]): Pick<Table1Row, "precision" | "inputRange" | "calibration"> =>
  scheme ? { ...scheme, calibration: source } : { precision: "W32A32", inputRange: "none", calibration: "none" };
