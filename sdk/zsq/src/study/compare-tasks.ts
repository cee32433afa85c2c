import { evaluateTask } from "./evaluate-task";
import { kinds } from "./kinds";
import { methodDetectionsTask } from "./method-detections-task";
import { methodImagesTask } from "./method-images-task";
import { baselineImages, comparedMethod, type ComparedMethod } from "./methods";
import { hashInputs, seedOf, type ModelInputs } from "./model-inputs";
import type { ScaleName, StudyModel, StudyPlan } from "./profiles";
import type { Scheme } from "../quantize/scheme";
import { taskKey, type FileInput, type Task } from "./task";

/** How much a comparison computes. */
export interface CompareCounts {
  seeds: number;
  /** calibration images of every method */
  images: number;
  /** of methods that make images, at most */
  iterations: number;
  /** of methods that fine-tune, for each precision */
  steps: number;
  /** validation images, the first of them */
  validation: number;
  resamples: number;
  precisions: readonly string[];
}

/** What is compared. */
export interface ComparePlan extends CompareCounts {
  /** ids of methods, in the order of their rows */
  methods: readonly string[];
  inputRange: Scheme["inputRange"];
}

export const compareScales: Readonly<Record<ScaleName, CompareCounts>> = {
  smoke: { seeds: 1, images: 2, iterations: 2, steps: 2, validation: 8, resamples: 20, precisions: ["W4A8"] },
  default: { seeds: 3, images: 8, iterations: 50, steps: 40, validation: 100, resamples: 300, precisions: ["W8A8", "W6A6", "W4A8", "W4A4"] },
  full: { seeds: 5, images: 64, iterations: 300, steps: 300, validation: 300, resamples: 1000, precisions: ["W8A8", "W6A6", "W4A8", "W4A4"] },
};

/** One seed of a method on one model. */
export interface MethodRun {
  model: StudyModel;
  method: ComparedMethod;
  images: Task | null;
  detections: Task;
}

/** All tasks up to the detections; full precision by model. */
export interface CompareTasks {
  tasks: Task[];
  runs: MethodRun[];
  fullPrecision: { model: StudyModel; task: Task }[];
  inputs: ReadonlyMap<StudyModel, ModelInputs>;
  listed: FileInput[];
}

/**
 * The tasks of a comparison: images for each model, source and seed, shared by the methods that use them; then, for each
 * method, quantization and detections at all precisions. Noise is always among the methods, to compare with.
 *
 * Throws if a method is unknown, or a checkpoint or a data set is missing.
 */
export function compareTasks(plan: StudyPlan, compare: ComparePlan, seed: number): CompareTasks {
  const methods = compare.methods.map(comparedMethod), inputs = new Map(plan.models.map((model) => [model, hashInputs(model, "compare")]));
  const all: CompareTasks = { tasks: [], runs: [], fullPrecision: [], inputs, listed: [...inputs.values()].flatMap(({ listed }) => listed) };
  for (const model of plan.models) {
    const { checkpoint, val } = inputs.get(model)!, known = new Map<string, Task>();
    const full = evaluateTask(`${model.dataset}: full precision`, { calibration: { kind: "none", images: 0, seed: 0 }, schemes: [], limit: compare.validation }, { checkpoint, dataset: val });
    all.fullPrecision.push({ model, task: full });
    all.tasks.push(full);
    for (let k = 0; k < compare.seeds; k++) {
      for (const method of methods) {
        if (!method.random && k > 0) continue;
        const images = method.images === null ? null : imagesTask(known, plan, compare, model, inputs.get(model)!, method.images, seedOf(seed, k));
        const detections = methodDetectionsTask(`${model.dataset}: ${method.label}, seed ${seedOf(seed, k)}`, {
          method: method.id, precisions: compare.precisions, inputRange: compare.inputRange, seed: seedOf(seed, k), steps: compare.steps, imageShape: plan.imageShape, limit: compare.validation,
        }, { checkpoint, dataset: val, ...(images && { images: { result: taskKey(images, kinds) } }) });
        all.runs.push({ model, method, images, detections });
        all.tasks.push(...(images ? [images] : []), detections);
      }
    }
  }
  return all;
}

function imagesTask(known: Map<string, Task>, { imageShape }: StudyPlan, { images, iterations }: ComparePlan, { dataset }: StudyModel, { checkpoint, train }: ModelInputs, source: string, seed: number): Task {
  const id = `${source}/${seed}`, found = known.get(id);
  if (found) return found;
  const real = source === "real" || source === "shuffled", steps = (baselineImages as readonly string[]).includes(source) ? 0 : iterations;
  const task = methodImagesTask(`${dataset}: images of ${source}, seed ${seed}`, { method: source, images, imageShape, iterations: steps, seed }, { checkpoint, ...(real && { training: train }) });
  known.set(id, task);
  return task;
}
