import { pairedDifference, withInterval, type Interval } from "./comparison";
import { datasetInput, fileInput } from "./dataset-input";
import { distillTask } from "./distill-task";
import { ensureData } from "./ensure-data";
import type { Calibrated } from "./evaluate-task";
import { histogramTask, type HistogramInputs } from "./histogram-task";
import { kinds } from "./kinds";
import { seedOf } from "./model-inputs";
import { studyPlan, type StudyModel, type StudyPlan } from "./profiles";
import { computed, type PlanOptions, type RunStudyOptions } from "./run-study";
import { curveDistillation, distilledInputs } from "./table1-tasks";
import type { TaskResults } from "./task-results";
import { taskKey, type FileInput, type Task } from "./task";
import { checkChoice, isFloat, precisionOf, type WhatIfChoice } from "./what-if-choice";
import { whatIfTask, type LayerDamage, type WhatIfValue } from "./what-if-task";

/** Validation images that a question is answered with, at most. */
export const WHAT_IF_IMAGES = 60;

/** What becomes of a detector that is quantized in one way. */
export interface WhatIfAnswer {
  choice: WhatIfChoice;
  /** COCO's mAP 0.50:0.95 as a fraction, with the 95 % interval over the images */
  map: Interval;
  /** mAP minus that of full precision, on the same images: the interval is that of pairs */
  difference: Interval;
  fullPrecision: Interval;
  sizeMiB: number;
  /** every convolution, the one that loses most first */
  layers: LayerDamage[];
  validationImages: number;
}

/** How questions are answered. */
export type WhatIfOptions = Omit<RunStudyOptions, "out">;

/** What is asked where nothing else is said: 8 bits as in the paper, for the thermal detector. */
export const whatIfDefaults = ({ counts: { images, iterations } }: Pick<StudyPlan, "counts">): WhatIfChoice => ({
  model: "fine-tuned", weightBits: 8, activationBits: 8, calibrator: "percentile", percentile: 99.99, granularity: "per-channel", inputRange: "calibrated",
  source: "distilled", images, iterations, loss: "mean", exclude: [],
});

/**
 * What if the detector were quantized in another way? Answers come from images and histograms in the cache where they are
 * there: a new range or number of bits takes seconds.
 *
 * - **changes** – what is different from W8A8, percentile 99.99, weights per channel, distilled images of the scale's number
 * - **options** – see runStudy; the scale gives the numbers of images, iterations and resamples
 *
 * Throws if a change is not possible, or as runStudy.
 *
 * @example (await whatIf({ activationBits: 4, percentile: 99.9 })).map // { mean: 0.4, ci95: [0.35, 0.45] }
 */
export async function whatIf(changes: Partial<WhatIfChoice> = {}, options: WhatIfOptions = {}): Promise<WhatIfAnswer> {
  return (await whatIfAll([changes], options))[0];
}

/** Several questions at once, on all cores. See whatIf. */
export async function whatIfAll(changes: readonly Partial<WhatIfChoice>[], { profile = "embedded", scale = "default", seed = 1, ...options }: WhatIfOptions = {}): Promise<WhatIfAnswer[]> {
  const plan = studyPlan(profile, scale);
  const choices = changes.map((change) => ({ ...whatIfDefaults(plan), ...change }));
  choices.forEach(checkChoice);
  await ensureData(plan, options.signal);
  return (await answers(plan, seed, choices, options)).map(({ answer }) => answer);
}

/** The tasks of several questions, for those that run them ahead. See whatIf. */
export async function questionTasks(changes: readonly Partial<WhatIfChoice>[], { profile = "embedded", scale = "default", seed = 1, signal }: WhatIfOptions = {}): Promise<Task[]> {
  const plan = studyPlan(profile, scale), choices = changes.map((change) => ({ ...whatIfDefaults(plan), ...change }));
  choices.forEach(checkChoice);
  await ensureData(plan, signal);
  return whatIfTasks(plan, seed, choices).tasks;
}

/** An answer with what it comes from. */
export interface DetailedAnswer {
  answer: WhatIfAnswer;
  estimate: WhatIfValue["estimate"];
  fullPrecision: WhatIfValue;
}

/** Answers for a plan whose data are there. See whatIf. */
export async function answers(plan: StudyPlan, seed: number, choices: readonly WhatIfChoice[], options: PlanOptions): Promise<DetailedAnswer[]> {
  const { tasks, points } = whatIfTasks(plan, seed, choices);
  return detailed(plan, points, await computed(tasks, options));
}

/** The answers of tasks that have run. */
export function detailed(plan: StudyPlan, points: WhatIfTasks["points"], results: TaskResults): DetailedAnswer[] {
  return points.map(({ choice, task, float }) => {
    const [own, full] = [results.valueOf<WhatIfValue>(task), results.valueOf<WhatIfValue>(float)];
    const layers = [...own.layers].sort((a, b) => a.sqnr - b.sqnr);
    return {
      estimate: own.estimate, fullPrecision: full,
      answer: { choice, map: withInterval(own.estimate), difference: pairedDifference(own.estimate, full.estimate), fullPrecision: withInterval(full.estimate), sizeMiB: own.sizeMiB, layers, validationImages: imagesOf(plan) },
    };
  });
}

/** The tasks of some questions: for each its own, that of full precision, and that of its histograms. */
export interface WhatIfTasks {
  tasks: Task[];
  points: { choice: WhatIfChoice; task: Task; float: Task; histograms: Task | null }[];
  inputs: FileInput[];
}

/** Validation images that a plan's questions are answered with. */
export const imagesOf = ({ counts: { validation } }: StudyPlan): number => Math.min(WHAT_IF_IMAGES, validation);

/** See WhatIfTasks. Distilled images are those of Table 1 if it has as many after as many iterations. */
export function whatIfTasks(plan: StudyPlan, seed: number, choices: readonly WhatIfChoice[]): WhatIfTasks {
  const files = new Files(plan.models);
  const measure = { limit: imagesOf(plan), resamples: plan.counts.resamples, seed };
  const tasks: Task[] = [];
  const points = choices.map((choice) => {
    const model = files.model(choice);
    const inputs = { checkpoint: files.checkpoint(model), dataset: files.dataset(model.val) };
    const unquantized = { ...whatIfDefaults(plan), weightBits: 32, activationBits: 32 };
    const float = whatIfTask(`${model.dataset}: full precision`, { ...schemePart(unquantized), ...measure }, inputs);
    tasks.push(float);
    if (isFloat(choice)) return { choice, task: float, float, histograms: null };
    const before = calibrationTasks(plan, seed, choice, model, files);
    const histograms = before[before.length - 1];
    const task = whatIfTask(describeChoice(choice), { ...schemePart(choice), ...measure }, { ...inputs, histograms: { result: taskKey(histograms, kinds) } });
    tasks.push(...before, task);
    return { choice, task, float, histograms };
  });
  return { tasks, points, inputs: files.listed };
}

// only what decides about the scheme, and a percentile only where it is used
function schemePart({ weightBits, activationBits, calibrator, percentile, granularity, inputRange, exclude }: WhatIfChoice): Omit<Parameters<typeof whatIfTask>[1], "limit" | "resamples" | "seed"> {
  return { weightBits, activationBits, calibrator, percentile: calibrator === "percentile" ? percentile : 100, granularity, inputRange, exclude };
}

// the distillation, if there is one, and the histograms
function calibrationTasks(plan: StudyPlan, seed: number, { source, images, iterations, loss }: WhatIfChoice, model: StudyModel, files: Files): Task[] {
  const first = seedOf(seed, 0), checkpoint = files.checkpoint(model);
  const observe = (calibration: Calibrated, inputs: Omit<HistogramInputs, "checkpoint">): Task =>
    histogramTask(`${model.dataset}: histograms of ${images} images, ${source}`, { calibration, imageShape: plan.imageShape }, { checkpoint, ...inputs });
  if (source !== "distilled") return [observe({ kind: source, images, seed: first }, source === "noise" ? {} : { training: files.dataset(model.train) })];
  const isShared = images <= plan.counts.images && plan.counts.curve.includes(iterations);
  const preset = loss === "mean" ? "paper-mean" : "paper-mean-std";
  const distillation = isShared
    ? curveDistillation(plan, first, model, checkpoint, loss === "mean" ? "distilled-mean" : "distilled-mean-std")
    : [distillTask(`${model.dataset}: distil ${images} images, ${iterations} iterations`, { preset, images, firstImage: 0, snapshots: [iterations], imageShape: plan.imageShape, seed: first }, checkpoint)];
  return [...distillation, observe({ kind: "distilled", images, seed: first, iterations }, distilledInputs(distillation))];
}

/** A choice in words, such as "fine-tuned, W8A4, percentile 99.9, weights per channel, 16 distilled images". */
export function describeChoice(choice: WhatIfChoice): string {
  const { model, calibrator, percentile, granularity, source, images, iterations, loss, inputRange, exclude } = choice;
  const from = source === "distilled" ? `${images} distilled images (${loss}, ${iterations} iterations)` : `${images} images, ${source}`;
  return [
    model, precisionOf(choice), calibrator === "percentile" ? `percentile ${percentile}` : calibrator, `weights ${granularity.replace("-", " ")}`, from,
    ...(inputRange === "image" ? ["image range known"] : []), ...(exclude.length ? [`in float: ${exclude.join(" ")}`] : []),
  ].join(", ");
}

// The files of a plan, each hashed when first needed.
class Files {
  private readonly hashed = new Map<string, FileInput>();

  constructor(private readonly models: readonly StudyModel[]) {}

  model({ model }: WhatIfChoice): StudyModel {
    const found = this.models.find((one) => one.model === model);
    if (!found) throw new Error(`whatIf: missing model: ${model}; expected one of ${this.models.map((one) => one.model).join(", ")}`);
    return found;
  }

  checkpoint({ checkpoint }: StudyModel): FileInput { return this.of(checkpoint, fileInput); }
  dataset(path: string): FileInput { return this.of(path, datasetInput); }

  /** those that were needed, as results list them: hashes of the files themselves */
  get listed(): FileInput[] { return [...this.hashed.keys()].map(fileInput); }

  private of(path: string, hash: (path: string) => FileInput): FileInput {
    let input = this.hashed.get(path);
    if (!input) this.hashed.set(path, (input = hash(path)));
    return input;
  }
}
