import { z } from "zod";
import { CALIBRATORS, GRANULARITIES, WHAT_IF_SOURCES } from "./what-if-choice";

const fraction = z.number().min(0).max(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits");
const models = z.enum(["pretrained", "fine-tuned"]);
const precisions = z.enum(["W32A32", "W8A8", "W8A4"]);
const sources = z.enum(["none", "distilled-mean", "distilled-mean-std", "real", "noise", "shuffled"]);

/** Ids of the results of the study; each has its file `<id>.json`. */
export const resultIds = ["figure1", "table1", "figure2", "figure3", "figure4", "what-if", "compare"] as const;
export type ResultId = (typeof resultIds)[number];

/** What every result says of its run. */
export const base = z.strictObject({
  schema: z.literal(1),
  id: z.enum(resultIds),
  profile: z.enum(["embedded", "paper"]),
  scale: z.enum(["smoke", "default", "full"]),
  seed: z.int().min(0),
  environment: z.strictObject({
    node: z.string(), tfjs: z.string(), libtensorflow: z.string(), threads: z.int().min(1), cpu: z.string(), gpu: z.string().nullable(), commit: z.string().nullable(),
  }),
  inputs: z.array(z.strictObject({ path: z.string(), sha256: hash })),
  rows: z.array(z.unknown()),
  paper: z.array(z.unknown()),
  verdicts: z.array(z.strictObject({ claim: z.string(), seen: z.enum(["seen", "not seen", "reversed"]), evidence: z.string().min(1) })),
});

const row = z.strictObject({
  model: models, dataset: z.string(), precision: precisions, inputRange: z.enum(["none", "calibrated", "image"]), calibration: sources,
  map: z.strictObject({ mean: fraction, ci95: z.tuple([fraction, fraction]), seeds: z.int().min(1) }).refine(({ ci95: [low, high] }) => low <= high, "expected ci95 to rise"),
  sizeMiB: z.number().positive(),
});

const paperRow = z.strictObject({ model: models, dataset: z.string(), precision: precisions, calibration: sources, map: fraction, sizeMiB: z.number().positive(), why: z.string() });

/** What table1.json holds. */
export const table1Schema = z.strictObject({ ...base.shape, id: z.literal("table1"), rows: z.array(row).min(1), paper: z.array(paperRow) });

const curveRow = z.strictObject({
  model: models, precision: precisions, inputRange: z.enum(["calibrated", "image"]), loss: z.enum(["mean", "mean+std"]), iterations: z.int().min(0), seed: z.int().min(0),
  map: fraction, lossMean: z.number().min(0), lossStd: z.number().min(0),
});
const referenceRow = z.strictObject({ model: models, precision: precisions, inputRange: row.shape.inputRange, calibration: sources, map: fraction, seeds: z.int().min(1) });

/** What figure2.json holds: `references` are the lines that the curves are compared with, on the same `validationImages`. */
export const figure2Schema = z.strictObject({ ...base.shape, id: z.literal("figure2"), rows: z.array(curveRow).min(1), references: z.array(referenceRow), validationImages: z.int().min(1), paper: z.array(paperRow) });

/** The result of Figure 2. */
export type Figure2Result = z.output<typeof figure2Schema>;
/** One point: a quantized detector, calibrated with the images after some iterations. mAP as a fraction. */
export type Figure2Row = Figure2Result["rows"][number];
export type Figure2Reference = Figure2Result["references"][number];

const batchSources = z.enum(["real-consecutive", "real-independent", "distilled", "noise"]);
const kindOfBatches = { source: batchSources, precision: z.enum(["W8A8", "W8A4"]), inputRange: z.enum(["calibrated", "image"]) };
const summaryRow = z.strictObject({ ...kindOfBatches, mean: fraction, std: z.number().min(0), min: fraction, p5: fraction, max: fraction, n: z.int().min(1) });

const spreadRow = z.strictObject({
  against: batchSources, precision: kindOfBatches.precision, inputRange: kindOfBatches.inputRange,
  difference: z.strictObject({ mean: z.number(), ci95: z.tuple([z.number(), z.number()]) }), levene: z.strictObject({ statistic: z.number().min(0), p: fraction }).nullable(),
});

/**
 * What figure3.json holds: a row for each batch of calibration images, on the same `validationImages`, and what a source
 * comes to; `std` is unbiased. `spreads`: standard deviation of distilled batches minus that of others, with its bootstrap
 * interval, and Levene's test of both.
 */
export const figure3Schema = z.strictObject({
  ...base.shape, id: z.literal("figure3"), model: models, fullPrecision: fraction, validationImages: z.int().min(1), batchSize: z.int().min(1),
  rows: z.array(z.strictObject({ ...kindOfBatches, batch: z.int().min(0), map: fraction })).min(1), summary: z.array(summaryRow), spreads: z.array(spreadRow),
  paper: z.array(z.strictObject({ source: batchSources, mean: fraction, min: fraction.nullable(), why: z.string() })),
});

/** The result of Figure 3. */
export type Figure3Result = z.output<typeof figure3Schema>;
/** One batch of calibration images and the mAP of the detector that was quantized with it, as a fraction. */
export type Figure3Row = Figure3Result["rows"][number];
/** Whether distilled batches spread as those of another source. */
export type Figure3Spread = Figure3Result["spreads"][number];
/** The distribution over the batches of one source. */
export type Figure3Summary = Figure3Result["summary"][number];
export type BatchSource = Figure3Row["source"];

const layerCounts = { convolutions: z.int().min(1), batchNorms: z.int().min(1), channels: z.int().min(1), parameters: z.int().min(1) };

/**
 * What figure1.json holds: the steps of the study as they run. A row per detector: its layers, its images as paths from
 * the folder of results, and the mean loss of its images before and after distillation. Sizes of images in pixels.
 */
export const figure1Schema = z.strictObject({
  ...base.shape, id: z.literal("figure1"),
  rows: z.array(z.strictObject({ model: models, dataset: z.string(), ...layerCounts, trainImages: z.int().min(1), validationImages: z.int().min(1), real: z.string(), noise: z.string(), distilled: z.string(), lossBefore: z.number().min(0), lossAfter: z.number().min(0) })).min(1),
  distillation: z.strictObject({ preset: z.string(), loss: z.string(), learningRate: z.number().positive(), images: z.int().min(1), iterations: z.int().min(1), height: z.int().min(1), width: z.int().min(1) }),
  scheme: z.strictObject({ precisions: z.array(z.string()).min(1), calibrator: z.string(), granularity: z.string() }),
  layers: z.array(z.strictObject({ name: z.string(), channels: z.int().min(1) })).min(1),
});

/** The result of Figure 1. */
export type Figure1Result = z.output<typeof figure1Schema>;
/** One detector of it. */
export type Figure1Row = Figure1Result["rows"][number];

const colour = { image: z.string(), chroma: z.number().min(0).max(255), chromaPooled: z.number().min(0).max(255) };

/** What figure4.json holds: images as paths from the folder of results, chroma in 0 .. 255 (see chroma), pooled over 8 x 8 pixels too. */
export const figure4Schema = z.strictObject({
  ...base.shape, id: z.literal("figure4"),
  rows: z.array(z.strictObject({ model: models, iterations: z.int().min(0), ...colour })).min(1), references: z.array(z.strictObject({ model: models, dataset: z.string(), ...colour })),
});

/** The result of Figure 4. */
export type Figure4Result = z.output<typeof figure4Schema>;
/** Distilled images of a model after some iterations. */
export type Figure4Row = Figure4Result["rows"][number];
/** Real training images of a model's domain. */
export type Figure4Reference = Figure4Result["references"][number];

const mapInterval = z.strictObject({ mean: fraction, ci95: z.tuple([fraction, fraction]) });
const change = z.number().min(-1).max(1);
const layerNoise = { sqnr: z.number(), clipped: fraction };
const ends = { min: z.number(), max: z.number() };
const howCalibrated = { calibrator: z.enum(CALIBRATORS), percentile: z.number().nullable(), activationBits: z.int().min(2).max(32) };
const whatIfRow = z.strictObject({
  model: models, weightBits: z.int().min(2).max(32), ...howCalibrated, granularity: z.enum(GRANULARITIES), inputRange: z.enum(["calibrated", "image"]),
  source: z.enum(WHAT_IF_SOURCES), images: z.int().min(1), iterations: z.int().min(0).nullable(), loss: z.enum(["mean", "mean+std"]).nullable(), exclude: z.array(z.string()),
  map: mapInterval, difference: z.strictObject({ mean: change, ci95: z.tuple([change, change]) }), sizeMiB: z.number().positive(),
  layers: z.array(z.strictObject({ layer: z.string(), ...layerNoise })),
});
const layerHistogram = z.strictObject({
  source: z.enum(WHAT_IF_SOURCES), layer: z.string(), from: z.number(), width: z.number().positive(), counts: z.array(z.number().min(0)).min(1),
  clips: z.array(z.strictObject({ ...howCalibrated, ...ends, ...layerNoise })),
});

/**
 * What what-if.json holds: a row per way to quantize, on the same `validationImages`, with the layers that lose most;
 * `difference` is from full precision, paired over images. `histograms`: what enters some layers, and where each calibrator
 * clips it, weights at 8 bits per channel. Signal to noise in dB.
 */
export const whatIfSchema = z.strictObject({
  ...base.shape, id: z.literal("what-if"), rows: z.array(whatIfRow).min(1), fullPrecision: mapInterval.extend({ sizeMiB: z.number().positive() }),
  validationImages: z.int().min(1), histograms: z.array(layerHistogram),
});

/** The result of the what-if sweep. */
export type WhatIfResult = z.output<typeof whatIfSchema>;
/** One way to quantize and what became of the detector. */
export type WhatIfRow = WhatIfResult["rows"][number];
/** What enters a layer for the images of one source. */
export type WhatIfHistogram = WhatIfResult["histograms"][number];

/** The result of Table 1. */
export type Table1Result = z.output<typeof table1Schema>;
/** One row of it: a detector, quantized in one way. mAP as a fraction. */
export type Table1Row = Table1Result["rows"][number];
/** One row of the paper's own Table 1, with the reason why ours differs. */
export type Table1PaperRow = Table1Result["paper"][number];
/** What became of one of the paper's claims. */
export type Verdict = z.output<typeof base>["verdicts"][number];
/** Versions and machine of a run. */
export type Environment = z.output<typeof base>["environment"];
