import type { DyadicHistogram } from "../quantize/calibrators/dyadic-histogram";
import { withInterval } from "./comparison";
import { readHistograms } from "./histogram-task";
import type { StudyPlan } from "./profiles";
import { whatIfSchema, type WhatIfHistogram, type WhatIfResult, type WhatIfRow } from "./result-schema";
import { computed, resultHead, runStudy, type PlanOptions, type RunStudyOptions } from "./run-study";
import { detailed, imagesOf, whatIfDefaults, whatIfTasks, type DetailedAnswer, type WhatIfAnswer } from "./what-if";
import type { WhatIfChoice } from "./what-if-choice";
import { whatIfVerdicts } from "./what-if-verdicts";

/** Bits of activations that the sweep tries, those of weights being 8; and bits of weights, those of activations being 8. */
const BITS = [8, 6, 5, 4, 3] as const;
/** Where the images of the sweep come from. */
const SOURCES = ["distilled", "real"] as const;
/** Ways to find a range, percentiles first. */
const RANGES: readonly Pick<WhatIfChoice, "calibrator" | "percentile">[] = [
  ...[99, 99.9, 99.99, 99.999].map((percentile) => ({ calibrator: "percentile" as const, percentile })),
  ...(["min-max", "entropy", "mse"] as const).map((calibrator) => ({ calibrator, percentile: 99.99 })),
];
/** Layers whose histograms are kept, at most, besides the first of the network. */
const LAYERS = 11;
const BINS = 120;

/**
 * The sweep behind the interactive page of the report: the thermal detector at 3 to 8 bits of activations by every
 * calibrator, with distilled and real images, and at 3 to 8 bits of weights by granularity.
 *
 * See runStudy for options, cache and errors.
 */
export const runWhatIf = (options: RunStudyOptions = {}): Promise<WhatIfResult> => runStudy("what-if", options, whatIfOfPlan);

/** The choices of the sweep; at scale smoke only those that the verdict needs. */
export function sweepChoices(plan: StudyPlan): WhatIfChoice[] {
  const usual = whatIfDefaults(plan), small = plan.scale === "smoke";
  const allBits = small ? BITS.filter((bits) => bits === 8 || bits === 4) : BITS;
  const ranges = small ? RANGES.filter(({ calibrator, percentile }) => percentile === 99.99 && calibrator !== "mse") : RANGES;
  return [
    ...SOURCES.flatMap((source) => allBits.flatMap((activationBits) => ranges.map((range) => ({ ...usual, source, activationBits, ...range })))),
    ...(["per-channel", "per-tensor"] as const).flatMap((granularity) => allBits.filter((bits) => bits !== 8 || granularity === "per-tensor").map((weightBits) => ({ ...usual, granularity, weightBits }))),
  ];
}

/** The sweep for any plan whose models and data are there; nothing is written but the cache. See runWhatIf. */
export async function whatIfOfPlan(plan: StudyPlan, seed: number, options: PlanOptions = {}): Promise<WhatIfResult> {
  const { tasks, points, inputs } = whatIfTasks(plan, seed, sweepChoices(plan));
  const results = await computed(tasks, options);
  const found = detailed(plan, points, results);
  const histograms = new Map(points.map(({ choice: { source }, histograms: task }) => [source, task!]));
  const [{ fullPrecision }] = found;
  return whatIfSchema.parse({
    ...resultHead("what-if", plan, seed, inputs), paper: [], validationImages: imagesOf(plan),
    fullPrecision: { ...withInterval(fullPrecision.estimate), sizeMiB: fullPrecision.sizeMiB },
    rows: found.map(({ answer }) => whatIfRow(answer)),
    histograms: [...histograms].flatMap(([source, task]) => histogramsOf(source, readHistograms(results.of(task).tensors!), found.map(({ answer }) => answer))),
    verdicts: whatIfVerdicts((calibrator, bits) => estimateOf(found, calibrator, bits)),
  });
}

function estimateOf(found: readonly DetailedAnswer[], calibrator: WhatIfChoice["calibrator"], bits: number): DetailedAnswer["estimate"] {
  const own = found.find(({ answer: { choice } }) => choice.source === "distilled" && choice.weightBits === 8 && choice.granularity === "per-channel" && choice.activationBits === bits && choice.calibrator === calibrator && choice.percentile === 99.99);
  return own!.estimate;
}

/** An answer as a row of the result. */
export function whatIfRow({ choice, map, difference, sizeMiB, layers }: WhatIfAnswer): WhatIfRow {
  const { calibrator, percentile, source, iterations, loss, exclude, ...rest } = choice, distilled = source === "distilled";
  return {
    ...rest, calibrator, percentile: calibrator === "percentile" ? percentile : null, source, iterations: distilled ? iterations : null, loss: distilled ? loss : null, exclude: [...exclude],
    map, difference, sizeMiB, layers: layers.slice(0, 5).map(({ layer, sqnr, clipped }) => ({ layer, sqnr, clipped })),
  };
}

// what enters the first layer and those that lose most at four bits, and where each calibrator clips it
function histogramsOf(source: WhatIfChoice["source"], histograms: ReadonlyMap<string, DyadicHistogram>, answers: readonly WhatIfAnswer[]): WhatIfHistogram[] {
  const own = answers.filter(({ choice }) => choice.source === source && choice.weightBits === 8 && choice.granularity === "per-channel");
  const worst = answers.find(({ choice }) => choice.source === "distilled" && choice.activationBits === 4)!.layers.map(({ layer }) => layer);
  const layers = [...new Set([FIRST, ...worst.slice(0, LAYERS)])].filter((layer) => histograms.has(layer));
  return layers.map((layer) => ({
    source, layer, ...rebinned(histograms.get(layer)!),
    clips: own.map(({ choice: { calibrator, percentile, activationBits }, layers: all }) => {
      const { inputs: sqnr, clipped, clip } = all.find((one) => one.layer === layer)!;
      return { calibrator, percentile: calibrator === "percentile" ? percentile : null, activationBits, ...clip!, sqnr, clipped };
    }),
  }));
}

const FIRST = "backbone.body.conv1";

// as bins of equal width from the minimum to the maximum, by the middles of the fine ones
function rebinned({ counts, width, min, max }: DyadicHistogram): Pick<WhatIfHistogram, "from" | "width" | "counts"> {
  const step = (max - min || 1) / BINS, merged = Array.from({ length: BINS }, () => 0);
  counts.forEach((count, i) => {
    if (count) merged[Math.min(Math.max(Math.floor(((i + 0.5 - counts.length / 2) * width - min) / step), 0), BINS - 1)] += count;
  });
  return { from: min, width: step, counts: merged };
}
