import { Architecture } from "../nn/architecture";
import { loadDetector } from "../weights/checkpoint";
import { ResultCache } from "./cache";
import { compareSchema, type CompareCard, type CompareResult, type CompareRow } from "./compare-schema";
import { compareScales, compareTasks, type ComparePlan, type CompareTasks, type MethodRun } from "./compare-tasks";
import { mean, pairedDifference, withInterval, type Estimate } from "./comparison";
import { ensureData } from "./ensure-data";
import { FULL_PRECISION } from "./evaluate-task";
import { runTasks } from "./executor";
import { kinds } from "./kinds";
import type { MethodDetectionsValue, MethodPrecision } from "./method-detections-task";
import type { MethodImagesValue } from "./method-images-task";
import { comparedMethods } from "./methods";
import { studyPlan, type StudyModel, type StudyPlan } from "./profiles";
import type { Verdict } from "./result-schema";
import { resultHead, runStudy, type PlanOptions, type RunStudyOptions } from "./run-study";
import { summarizeTask } from "./summarize-task";
import { taskKey, type Task } from "./task";

/** What is compared, and how; whatever is left out follows from the scale. */
export interface CompareOptions extends RunStudyOptions, Partial<ComparePlan> {
  /** defaults to both */
  models?: readonly StudyModel["model"][];
}

/**
 * Every zero-shot method on the same detectors, by one scheme, on the same images: mAP at each precision with its
 * interval over seeds and images, its distance from Gaussian noise, time, memory. A method that fails is a row with its
 * reason.
 *
 * See runStudy for options, cache and errors.
 */
export function runCompare({ models, methods, inputRange, seeds, images, iterations, steps, validation, resamples, precisions, ...options }: CompareOptions = {}): Promise<CompareResult> {
  const chosen = chosenOf({ methods, inputRange, seeds, images, iterations, steps, validation, resamples, precisions, scale: options.scale });
  return runStudy("compare", options, (plan, seed, rest) => compareOfPlan(only(plan, models), chosen, seed, rest));
}

/** The tasks of a comparison up to the detections, for those that run them ahead. See runCompare. */
export async function comparisonTasks(options: CompareOptions = {}): Promise<Task[]> {
  const plan = studyPlan(options.profile ?? "embedded", options.scale ?? "default");
  await ensureData(plan, options.signal);
  return compareTasks(only(plan, options.models), chosenOf(options), options.seed ?? 1).tasks;
}

const only = (plan: StudyPlan, models: CompareOptions["models"]): StudyPlan => ({ ...plan, models: plan.models.filter(({ model }) => models?.includes(model) ?? true) });

function chosenOf({ methods, inputRange, seeds, images, iterations, steps, validation, resamples, precisions, scale = "default" }: CompareOptions): ComparePlan {
  const counts = compareScales[scale];
  return {
    methods: withNoise(methods ?? comparedMethods.map(({ id }) => id)), inputRange: inputRange ?? "image", seeds: seeds ?? counts.seeds, images: images ?? counts.images, iterations: iterations ?? counts.iterations,
    steps: steps ?? counts.steps, validation: validation ?? counts.validation, resamples: resamples ?? counts.resamples, precisions: precisions ?? counts.precisions,
  };
}

/** The comparison on any plan whose models and data are there; nothing is written but the cache. See runCompare. */
export async function compareOfPlan(plan: StudyPlan, compare: ComparePlan, seed: number, { cache = new ResultCache(), ...options }: PlanOptions = {}): Promise<CompareResult> {
  for (const [name, value] of Object.entries({ seeds: compare.seeds, images: compare.images, validation: compare.validation, resamples: compare.resamples })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`compare: invalid ${name}: ${value}; expected an integer >= 1`);
  }
  const all = compareTasks(plan, compare, seed), ended = await attempted(all.tasks, { cache, ...options });
  const read = (task: Task): unknown => cache.read(taskKey(task, kinds))?.value ?? null;
  const groups = groupsOf(all, compare, read);
  // summaries of those seeds that gave detections
  for (const group of groups) {
    const worked = group.runs.filter(({ precision }) => precision && precision.failed === null);
    if (worked.length) group.summary = summary(compare, seed, all, group.model, group.precision, worked.map(({ run }) => taskKey(run.detections, kinds)), `${group.model.dataset}: interval, ${group.method} ${group.precision}`);
  }
  const full = all.fullPrecision.map(({ model, task }) => ({ model, task: summary(compare, seed, all, model, FULL_PRECISION, [taskKey(task, kinds)], `${model.dataset}: interval, full precision`) }));
  await runTasks([...groups.flatMap((group) => group.summary ?? []), ...full.map(({ task }) => task)], { cache, ...options });
  const rows = [
    ...full.map(({ model, task }) => fullRow(model, (read(task) as Record<string, Estimate>)[FULL_PRECISION])),
    ...groups.map((group) => rowOf(group, groups, compare, ended, (task) => (read(task) as Record<string, Estimate>)[group.precision])),
  ];
  const methods = comparedMethods.filter(({ id }) => compare.methods.includes(id)).map(({ id, label, group, source, deviations, published }): CompareCard => ({ id, label, group, source, deviations: [...deviations], published: [...published] }));
  return compareSchema.parse({
    ...resultHead("compare", plan, seed, all.listed), methods, rows, paper: [], verdicts: [beatsNoise(rows)],
    inputRange: compare.inputRange, validationImages: compare.validation, iterations: compare.iterations, steps: compare.steps,
  });
}

/** One row in the making: all seeds of a method on a model at a precision. */
interface Group {
  model: StudyModel;
  method: string;
  precision: string;
  fineTuned: boolean;
  runs: { run: MethodRun; images: MethodImagesValue | null; precision: MethodPrecision | null }[];
  summary?: Task;
}

// runs all that can be run; what could not be, for a process that ended, shows as missing: returns why
async function attempted(tasks: readonly Task[], options: PlanOptions): Promise<string | null> {
  try {
    await runTasks(tasks, options);
    return null;
  } catch (error) {
    if ((error as Error).name === "AbortError" || error instanceof RangeError) throw error;
    return (error as Error).message.split("\n")[0];
  }
}

function groupsOf({ runs }: CompareTasks, { precisions }: ComparePlan, read: (task: Task) => unknown): Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const detections = read(run.detections) as MethodDetectionsValue | null, images = run.images && (read(run.images) as MethodImagesValue | null);
    for (const precision of precisions) {
      const id = [run.model.model, run.method.id, precision].join("/");
      const group = groups.get(id) ?? { model: run.model, method: run.method.id, precision, fineTuned: run.method.group === "fine-tuned", runs: [] };
      groups.set(id, group);
      group.runs.push({ run, images, precision: detections?.precisions.find((one) => one.precision === precision) ?? null });
    }
  }
  return [...groups.values()];
}

const summary = ({ resamples, validation }: ComparePlan, seed: number, { inputs }: CompareTasks, model: StudyModel, set: string, detections: readonly string[], name: string): Task =>
  summarizeTask(name, { sets: [set], resamples, seed, limit: validation }, inputs.get(model)!.val, detections);

function rowOf(group: Group, groups: readonly Group[], { images }: ComparePlan, ended: string | null, estimateOf: (summary: Task) => Estimate): CompareRow {
  const { model, method, precision, runs, fineTuned } = group, estimate = group.summary && estimateOf(group.summary);
  const noise = groups.find((other) => other.model === model && other.precision === precision && other.method === "noise")?.summary;
  const found = runs.flatMap((run) => run.precision ?? []), made = runs.flatMap((run) => run.images ?? []), sizes = found.flatMap(({ sizeMiB }) => sizeMiB ?? []);
  const reasons = runs.flatMap((run) => run.images?.failed ?? (run.precision ? run.precision.failed ?? [] : [ended ?? "not run"]));
  const average = (values: readonly number[]): number => (values.length ? Math.round(100 * mean(values)) / 100 : 0);
  return {
    model: model.model, dataset: model.dataset, method, precision,
    map: estimate ? { ...withInterval(estimate), seeds: found.filter(({ failed }) => failed === null).length } : null,
    failed: reasons.length ? `${reasons.length} of ${runs.length} seeds: ${reasons[0]}` : null,
    beyondNoise: estimate && noise && method !== "noise" ? pairedDifference(estimate, estimateOf(noise)) : null,
    sizeMiB: sizes.length ? mean(sizes) : null, note: found.find(({ note }) => note !== null)?.note ?? null,
    seconds: { images: average(made.map(({ seconds }) => seconds)), quantize: average(found.map(({ seconds }) => seconds)) },
    peakMiB: Math.max(0, ...[...found, ...made].map(({ peakMiB }) => peakMiB)), images: runs[0].run.images ? images : 0, fineTuned,
  };
}

function fullRow({ model, dataset, checkpoint }: StudyModel, estimate: Estimate): CompareRow {
  const detector = loadDetector(checkpoint), sizeMiB = new Architecture(detector.config).sizeMiB(32);
  detector.dispose();
  return { model, dataset, method: "none", precision: FULL_PRECISION, map: { ...withInterval(estimate), seeds: 1 }, failed: null, beyondNoise: null, sizeMiB, seconds: { images: 0, quantize: 0 }, peakMiB: 0, images: 0, fineTuned: false, note: null };
}

const withNoise = (methods: readonly string[]): string[] => [...new Set([...methods, "noise"])];

/** Rows that are there to compare with. */
const CONTROLS: readonly string[] = ["real", "shuffled", "noise", "per-tensor", "real-tuned", "noise-tuned"];

/** Whether at least five methods' intervals of mAP - mAP of noise lie above 0 at W4A8 on a model. */
function beatsNoise(rows: readonly CompareRow[]): Verdict {
  const own = rows.filter(({ precision, beyondNoise, method }) => precision === "W4A8" && beyondNoise && !CONTROLS.includes(method));
  const better = [...new Set(own.filter(({ beyondNoise }) => beyondNoise!.ci95[0] > 0).map(({ method }) => method))], worse = [...new Set(own.filter(({ beyondNoise }) => beyondNoise!.ci95[1] < 0).map(({ method }) => method))];
  const names = (ids: readonly string[]): string => (ids.length ? ids.join(", ") : "none");
  return { claim: "methods-beat-noise", seen: better.length >= 5 ? "seen" : worse.length > better.length ? "reversed" : "not seen", evidence: `W4A8, 95 % interval of the paired difference on either model, ${Math.max(0, ...own.map(({ map }) => map!.seeds))} seeds: above noise: ${names(better)}; below: ${names(worse)}; ${own.length} rows` };
}
