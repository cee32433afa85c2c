import type { StatisticsDistance } from "../distill/statistics-distance";
import type { DistillValue } from "./distill-task";
import { FULL_PRECISION, schemeName } from "./evaluate-task";
import { FIGURE2_LOSSES, FIGURE2_SCHEMES, figure2Tasks, type Figure2Model } from "./figure2-tasks";
import { figure2Verdicts } from "./figure2-verdicts";
import { paperTable1 } from "./paper-table1";
import type { StudyPlan } from "./profiles";
import { figure2Schema, type Figure2Reference, type Figure2Result, type Figure2Row } from "./result-schema";
import { computed, resultHead, runStudy, type PlanOptions, type RunStudyOptions } from "./run-study";
import type { ScoreValue } from "./score-task";
import type { DistilledSource } from "./table1-tasks";
import type { Task } from "./task";
import type { TaskResults } from "./task-results";

/**
 * Figure 2: mAP of the quantized detectors and both terms of the loss against the iterations of distillation, for the
 * mean and the mean + std loss.
 *
 * See runStudy for options, cache and errors.
 */
export const runFigure2 = (options: RunStudyOptions = {}): Promise<Figure2Result> => runStudy("figure2", options, figure2OfPlan);

/** Figure 2 of any plan whose models and data are there; nothing is written but the cache. See runFigure2. */
export async function figure2OfPlan(plan: StudyPlan, seed: number, options: PlanOptions = {}): Promise<Figure2Result> {
  const { tasks, models, inputs } = figure2Tasks(plan, seed);
  const results = await computed(tasks, options);
  const rows = models.flatMap((model) => rowsOf(model, plan, results));
  const references = models.flatMap((model) => referencesOf(model, results));
  return figure2Schema.parse({
    ...resultHead("figure2", plan, seed, inputs), rows, references, validationImages: plan.counts.validation,
    paper: paperTable1(plan.profile), verdicts: figure2Verdicts(rows, references, plan.counts.iterations),
  });
}

// a row per scheme, loss, snapshot and seed; the noise that distillation starts from is iteration 0 of both losses
function rowsOf({ model: { model }, distillations, score, points }: Figure2Model, { counts: { curve } }: StudyPlan, results: TaskResults): Figure2Row[] {
  const scores = results.valueOf<ScoreValue>(score);
  const seeds = [...new Set(points.map((point) => point.seed))];
  return FIGURE2_SCHEMES.flatMap((scheme) => (Object.keys(FIGURE2_LOSSES) as DistilledSource[]).flatMap((source) => seeds.flatMap((seed, s) => {
    const distances = distancesOf(distillations[source][s], results);
    return curve.map((iterations, k): Figure2Row => {
      const at = points.findIndex((point) => point.seed === seed && point.iterations === iterations && point.source === (iterations ? source : "noise"));
      return { model, ...scheme, loss: FIGURE2_LOSSES[source], iterations, seed, map: scores[schemeName(scheme)][at], lossMean: distances[k].mean, lossStd: distances[k].std };
    });
  })));
}

// means over the images of all tasks, by snapshot
function distancesOf(tasks: readonly Task[], results: TaskResults): StatisticsDistance[] {
  const parts = tasks.map((task) => results.valueOf<DistillValue>(task)), images = parts.reduce((sum, { taken }) => sum + taken.length, 0);
  return parts[0].distances.map((_, k) => {
    const mean = (term: keyof StatisticsDistance): number => parts.reduce((sum, { distances, taken }) => sum + distances[k][term] * (taken.length / images), 0);
    return { mean: mean("mean"), std: mean("std") };
  });
}

// what the curves are compared with
function referencesOf({ model: { model }, score, fullPrecision, points }: Figure2Model, results: TaskResults): Figure2Reference[] {
  const scores = results.valueOf<ScoreValue>(score);
  const full = results.valueOf<ScoreValue>(fullPrecision)[FULL_PRECISION][0];
  const quantized = FIGURE2_SCHEMES.flatMap((scheme) => (["real", "noise"] as const).map((calibration): Figure2Reference => {
    const maps = scores[schemeName(scheme)].filter((_, k) => points[k].source === calibration);
    return { model, ...scheme, calibration, map: maps.reduce((sum, map) => sum + map, 0) / maps.length, seeds: maps.length };
  }));
  return [{ model, precision: "W32A32", inputRange: "none", calibration: "none", map: full, seeds: 1 }, ...quantized];
}
