import { Architecture } from "../nn/architecture";
import { loadDetector } from "../weights/checkpoint";
import { pairedDifference, withInterval, type Estimate } from "./comparison";
import { FULL_PRECISION, schemeName } from "./evaluate-task";
import type { TaskResults } from "./task-results";
import { paperTable1 } from "./paper-table1";
import type { StudyModel, StudyPlan } from "./profiles";
import { table1Schema, type Table1Result, type Table1Row } from "./result-schema";
import { computed, resultHead, runStudy, type PlanOptions, type RunStudyOptions } from "./run-study";
import { rowKind, TABLE1_SCHEMES, table1Tasks, type Table1Tasks } from "./table1-tasks";
import { table1Verdicts } from "./table1-verdicts";

/**
 * Table 1: full precision, and W8A8 and W8A4 calibrated with distilled, real, shuffled and noise images, for both models.
 *
 * See runStudy for options, cache and errors.
 */
export const runTable1 = (options: RunStudyOptions = {}): Promise<Table1Result> => runStudy("table1", options, table1OfPlan);

/** Table 1 of any plan whose models and data are there; nothing is written but the cache. See runTable1. */
export async function table1OfPlan(plan: StudyPlan, seed: number, options: PlanOptions = {}): Promise<Table1Result> {
  const { tasks, summaries, inputs } = table1Tasks(plan, seed);
  const results = await computed(tasks, options);
  const found = new Estimates(summaries, results);
  const rows = plan.models.flatMap((model) => rowsOf(model, summaries, found, plan.counts.seeds));
  const paperScheme = schemeName({ precision: "W8A8", inputRange: "calibrated" });
  const verdicts = table1Verdicts({
    rows,
    difference: (name, a, b) => {
      const model = plan.models.find((one) => one.model === name)!;
      return pairedDifference(found.get(model, a, paperScheme), found.get(model, b, paperScheme));
    },
  });
  return table1Schema.parse({ ...resultHead("table1", plan, seed, inputs), rows, paper: paperTable1(plan.profile), verdicts });
}

// Estimates by model, source and name of the detections.
class Estimates {
  private readonly all = new Map<string, Estimate>();

  constructor(summaries: Table1Tasks["summaries"], results: TaskResults) {
    for (const { model: { model }, source, task } of summaries) {
      const estimates = results.valueOf<Record<string, Estimate>>(task);
      for (const [set, estimate] of Object.entries(estimates)) this.all.set([model, source, set].join("/"), estimate);
    }
  }

  get({ model }: StudyModel, source: string, set: string): Estimate {
    const estimate = this.all.get([model, source, set].join("/"));
    if (!estimate) throw new Error(`table1: missing estimate: ${model}, ${source}, ${set}; expected one for each row`);
    return estimate;
  }
}

function rowsOf(model: StudyModel, summaries: Table1Tasks["summaries"], found: Estimates, seeds: number): Table1Row[] {
  const detector = loadDetector(model.checkpoint);
  const architecture: Architecture = detector.architecture;
  detector.dispose();
  const row = (kind: ReturnType<typeof rowKind>, estimate: Estimate, bits: number, count: number): Table1Row =>
    ({ model: model.model, dataset: model.dataset, ...kind, map: { ...withInterval(estimate), seeds: count }, sizeMiB: architecture.sizeMiB(bits) });
  return summaries.filter((summary) => summary.model === model).flatMap(({ source }) =>
    source === "none"
      ? [row(rowKind("none"), found.get(model, source, FULL_PRECISION), 32, 1)]
      : TABLE1_SCHEMES.map((scheme) => row(rowKind(source, scheme), found.get(model, source, schemeName(scheme)), 8, seeds)));
}
