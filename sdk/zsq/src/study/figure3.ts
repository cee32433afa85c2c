import { mean, percentile, standardDeviation } from "./comparison";
import { FULL_PRECISION, schemeName } from "./evaluate-task";
import { BATCH_SIZE, FIGURE3_SOURCES, figure3Tasks } from "./figure3-tasks";
import { figure3Spreads, figure3Verdicts } from "./figure3-verdicts";
import type { StudyPlan } from "./profiles";
import { figure3Schema, type Figure3Result, type Figure3Row, type Figure3Summary } from "./result-schema";
import { computed, resultHead, runStudy, type PlanOptions, type RunStudyOptions } from "./run-study";
import type { ScoreValue } from "./score-task";
import { TABLE1_SCHEMES } from "./table1-tasks";

/** What the paper says of its batches, W8A8. Source: Sevsay and Akagündüz 2024, Figure 3 and its text. */
const WHY: Readonly<Record<StudyPlan["profile"], string>> = {
  embedded: "other images (FLIR ADAS) and another size of the detector: compare spreads, not places",
  paper: "the same data and architecture; other batches, seeds and another tool to quantize",
};
const paperRows = (profile: StudyPlan["profile"]): Figure3Result["paper"] => [
  { source: "real-consecutive", mean: 0.3113, min: 0.2978, why: WHY[profile] },
  { source: "distilled", mean: 0.311, min: null, why: WHY[profile] },
];

/**
 * Figure 3: the distribution of mAP over calibration batches of 8 images, for the fine-tuned detector: consecutive and
 * independent real images, distilled images and noise.
 *
 * See runStudy for options, cache and errors.
 */
export const runFigure3 = (options: RunStudyOptions = {}): Promise<Figure3Result> => runStudy("figure3", options, figure3OfPlan);

/** Figure 3 of any plan whose models and data are there; nothing is written but the cache. See runFigure3. */
export async function figure3OfPlan(plan: StudyPlan, seed: number, options: PlanOptions = {}): Promise<Figure3Result> {
  const { tasks, model, scores, fullPrecision, inputs } = figure3Tasks(plan, seed);
  const results = await computed(tasks, options);
  const rows = TABLE1_SCHEMES.flatMap((scheme) => FIGURE3_SOURCES.flatMap((source) => {
    const maps = results.valueOf<ScoreValue>(scores[source])[schemeName(scheme)];
    return maps.map((map, batch): Figure3Row => ({ source, ...scheme, batch, map }));
  }));
  const spreads = figure3Spreads(rows, plan.counts.resamples, seed);
  return figure3Schema.parse({
    ...resultHead("figure3", plan, seed, inputs), model: model.model, fullPrecision: results.valueOf<ScoreValue>(fullPrecision)[FULL_PRECISION][0],
    validationImages: plan.counts.batchValidation, batchSize: BATCH_SIZE, rows, summary: summarize(rows), spreads, paper: paperRows(plan.profile), verdicts: figure3Verdicts(rows, spreads),
  });
}

// one per scheme and source, in the order of the rows
function summarize(rows: readonly Figure3Row[]): Figure3Summary[] {
  const groups = new Map<string, Figure3Row[]>();
  for (const row of rows) {
    const key = [row.precision, row.inputRange, row.source].join();
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const [{ source, precision, inputRange }] = group;
    const maps = group.map(({ map }) => map);
    return { source, precision, inputRange, mean: mean(maps), std: standardDeviation(maps), min: Math.min(...maps), p5: percentile(maps, 0.05), max: Math.max(...maps), n: maps.length };
  });
}
