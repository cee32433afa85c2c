import { distillTask } from "./distill-task";
import { evaluateTask, FULL_PRECISION, schemeName, type Calibrated, type EvaluateInputs } from "./evaluate-task";
import { kinds } from "./kinds";
import { hashInputs, seedOf } from "./model-inputs";
import type { StudyModel, StudyPlan } from "./profiles";
import type { BatchSource } from "./result-schema";
import { scoreTask } from "./score-task";
import { TABLE1_SCHEMES, table1Evaluation } from "./table1-tasks";
import { taskKey, type FileInput, type Task } from "./task";

/** Images of a calibration batch, as in the paper. */
export const BATCH_SIZE = 8;

/** Where the batches come from, in the order of rows. */
export const FIGURE3_SOURCES = ["real-consecutive", "real-independent", "distilled", "noise"] as const satisfies readonly BatchSource[];

/** Distilled images per task: two batches. */
const DISTILLED_TOGETHER = 2 * BATCH_SIZE;

/** All tasks of Figure 3; the score of a source has a number for each batch, by scheme. */
export interface Figure3Tasks {
  tasks: Task[];
  model: StudyModel;
  scores: Record<BatchSource, Task>;
  fullPrecision: Task;
  inputs: readonly FileInput[];
}

/**
 * The tasks of Figure 3: the fine-tuned detector is calibrated with one batch at a time and evaluated on the first images
 * of the validation set.
 *
 * Throws if the checkpoint or a data set is missing, or the plan has no fine-tuned detector.
 */
export function figure3Tasks(plan: StudyPlan, seed: number): Figure3Tasks {
  const model = plan.models.find((one) => one.model === "fine-tuned");
  if (!model) throw new Error("figure3: missing model: fine-tuned; expected it in the plan");
  const inputs = hashInputs(model, "figure3");
  const tasks: Task[] = [];
  const { batches, batchValidation: limit } = plan.counts;
  const score = (what: string, sets: readonly string[], of: readonly Task[]): Task => {
    const task = scoreTask(`${model.dataset}: score ${what}`, { sets, limit }, inputs.val, of.map((one) => taskKey(one, kinds)));
    tasks.push(task);
    return task;
  };
  const evaluate = (source: BatchSource, batch: number, calibration: Calibrated, others: Partial<EvaluateInputs>): Task => {
    const task = evaluateTask(`${model.dataset}: batch ${batch + 1} of ${batches}, ${source}`, { calibration, schemes: TABLE1_SCHEMES, limit }, { checkpoint: inputs.checkpoint, dataset: inputs.val, ...others });
    tasks.push(task);
    return task;
  };
  const distillations = distillBatches(plan, seed, model, inputs.checkpoint);
  tasks.push(...distillations);
  const batch: Record<BatchSource, (k: number) => Task> = {
    "real-consecutive": (k) => evaluate("real-consecutive", k, { kind: "consecutive", images: BATCH_SIZE, seed: seedOf(seed, 0), first: k }, { training: inputs.train }),
    "real-independent": (k) => evaluate("real-independent", k, { kind: "real", images: BATCH_SIZE, seed: seedOf(seed, k) }, { training: inputs.train }),
    noise: (k) => evaluate("noise", k, { kind: "noise", images: BATCH_SIZE, seed: seedOf(seed, 0), first: k * BATCH_SIZE, imageShape: plan.imageShape }, {}),
    distilled: (k) => {
      const first = k * BATCH_SIZE;
      const images = { result: taskKey(distillations[Math.floor(first / DISTILLED_TOGETHER)], kinds) };
      return evaluate("distilled", k, { kind: "distilled", images: BATCH_SIZE, seed: seedOf(seed, 0), iterations: plan.counts.iterations, first: first % DISTILLED_TOGETHER }, { images });
    },
  };
  const scores = Object.fromEntries(FIGURE3_SOURCES.map((source) => [source, score(source, TABLE1_SCHEMES.map(schemeName), Array.from({ length: batches }, (_, k) => batch[source](k)))])) as Record<BatchSource, Task>;
  const full = table1Evaluation(tasks, plan, seed, model, inputs, "none");
  return { tasks, model, scores, fullPrecision: score("full precision", [FULL_PRECISION], [full]), inputs: inputs.listed };
}

function distillBatches({ counts: { batches, iterations }, imageShape, distillation }: StudyPlan, seed: number, { dataset }: StudyModel, checkpoint: FileInput): Task[] {
  const count = Math.ceil((batches * BATCH_SIZE) / DISTILLED_TOGETHER);
  return Array.from({ length: count }, (_, k) => distillTask(`${dataset}: distil images ${k * DISTILLED_TOGETHER + 1} to ${(k + 1) * DISTILLED_TOGETHER} of ${count * DISTILLED_TOGETHER}`,
    { preset: "paper-mean", images: DISTILLED_TOGETHER, firstImage: k * DISTILLED_TOGETHER, snapshots: [iterations], imageShape, seed: seedOf(seed, 0), ...(distillation && { batchSize: distillation.batchSize }) }, checkpoint));
}
