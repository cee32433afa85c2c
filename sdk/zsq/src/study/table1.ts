import { join } from "node:path";
import { Architecture } from "../nn/architecture";
import { writeFileAtomic } from "../weights/atomic-write";
import { loadDetector } from "../weights/checkpoint";
import { ResultCache } from "./cache";
import { pairedDifference, withInterval, type Estimate } from "./comparison";
import { ensureData } from "./ensure-data";
import { studyEnvironment } from "./environment";
import { FULL_PRECISION, schemeName } from "./evaluate-task";
import { runTasks, type RunTasksOptions } from "./executor";
import { paperTable1 } from "./paper-table1";
import { studyPlan, type ProfileName, type ScaleName, type StudyModel, type StudyPlan } from "./profiles";
import { repositoryPath, repositoryRoot } from "./repository";
import { table1Schema, type Table1Result, type Table1Row } from "./result-schema";
import { rowKind, TABLE1_SCHEMES, table1Tasks, type Table1Tasks } from "./table1-tasks";
import { table1Verdicts } from "./verdicts";

/** How Table 1 is run. */
export interface RunTable1Options extends Pick<RunTasksOptions, "jobs" | "cache" | "onProgress" | "signal"> {
  /** defaults to "embedded" */
  profile?: ProfileName;
  /** defaults to "default" */
  scale?: ScaleName;
  /** first seed of everything random; defaults to 1 */
  seed?: number;
  /** the result is written to <out>/<profile>/results/table1.json; defaults to out in the repository, null writes nothing */
  out?: string | null;
}

/**
 * Table 1: full precision, and W8A8 and W8A4 calibrated with distilled, real, shuffled and noise images, for both models.
 *
 * What the cache holds is not computed again. The same profile, scale and seed give the same rows, byte by byte,
 * on the same machine. Data that are missing are drawn.
 *
 * Throws if a checkpoint is missing, a task fails (with its name), or when stopped; the same call continues.
 */
export async function runTable1({ profile = "embedded", scale = "default", seed = 1, out = join(repositoryRoot(), "out"), ...options }: RunTable1Options = {}): Promise<Table1Result> {
  const plan = studyPlan(profile, scale);
  await ensureData(plan, options.signal);
  const result = await table1OfPlan(plan, seed, options);
  if (out !== null) writeFileAtomic(join(out, profile, "results", "table1.json"), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** Table 1 of any plan whose models and data are there; nothing is written but the cache. See runTable1. */
export async function table1OfPlan(plan: StudyPlan, seed: number, { cache = new ResultCache(), ...options }: Omit<RunTasksOptions, "kindsModule"> = {}): Promise<Table1Result> {
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > 1e9) throw new RangeError(`runTable1: invalid seed: ${seed}; expected an integer in [0, 1e9]`);
  const { tasks, summaries, inputs } = table1Tasks(plan, seed);
  const keys = await runTasks(tasks, { ...options, cache });
  const keyOf = new Map(tasks.map((task, i) => [task, keys[i]]));
  const found = new Estimates();
  for (const { model, source, task } of summaries) {
    const estimates = cache.read(keyOf.get(task)!)?.value as unknown as Record<string, Estimate> | undefined;
    if (!estimates) throw new Error(`runTable1: damaged result of ${task.name}; expected what was just written; try again`);
    for (const [set, estimate] of Object.entries(estimates)) found.set(model, source, set, estimate);
  }
  const rows = plan.models.flatMap((model) => rowsOf(model, summaries, found, plan.counts.seeds));
  const paperScheme = schemeName({ precision: "W8A8", inputRange: "calibrated" });
  const verdicts = table1Verdicts({
    rows,
    difference: (name, a, b) => {
      const model = plan.models.find((one) => one.model === name)!;
      return pairedDifference(found.get(model, a, paperScheme), found.get(model, b, paperScheme));
    },
  });
  return table1Schema.parse({
    schema: 1, id: "table1", profile: plan.profile, scale: plan.scale, seed, environment: studyEnvironment(),
    inputs: inputs.map(({ path, sha256 }) => ({ path: repositoryPath(path), sha256 })), rows, paper: paperTable1(), verdicts,
  });
}

// Estimates by model, source and name of the detections.
class Estimates {
  private readonly all = new Map<string, Estimate>();

  set({ model }: StudyModel, source: string, set: string, estimate: Estimate): void {
    this.all.set([model, source, set].join("/"), estimate);
  }

  get({ model }: StudyModel, source: string, set: string): Estimate {
    const estimate = this.all.get([model, source, set].join("/"));
    if (!estimate) throw new Error(`runTable1: missing estimate: ${model}, ${source}, ${set}; expected one for each row`);
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
