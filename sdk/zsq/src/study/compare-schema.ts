import { z } from "zod";
import { base } from "./result-schema";

const fraction = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]);

const card = z.strictObject({
  id: z.string(), label: z.string(), group: z.enum(["baseline", "images", "data-free", "fine-tuned"]), source: z.string(),
  deviations: z.array(z.string()), published: z.array(z.strictObject({ figure: z.string(), task: z.string() })),
});

const row = z.strictObject({
  model: z.enum(["pretrained", "fine-tuned"]), dataset: z.string(),
  /** id of one of `methods`; "none" is full precision */
  method: z.string(), precision: z.string(),
  map: z.strictObject({ mean: fraction, ci95: z.tuple([fraction, fraction]), seeds: z.int().min(1) }).nullable(),
  /** why there is no mAP, or not of every seed */
  failed: z.string().nullable(),
  /** mAP minus that of Gaussian noise at the same precision, paired by image and seed */
  beyondNoise: z.strictObject({ mean: z.number(), ci95: interval }).nullable(),
  sizeMiB: z.number().positive().nullable(),
  /** mean over the seeds, one thread: of making the images, and of all that follows up to the quantized detector */
  seconds: z.strictObject({ images: z.number().min(0), quantize: z.number().min(0) }),
  /** largest resident memory seen of the processes */
  peakMiB: z.number().min(0),
  /** images that were made or taken for each seed */
  images: z.int().min(0),
  fineTuned: z.boolean(),
  note: z.string().nullable(),
});

/** What compare.json holds: a row for each model, method and precision, those that failed included. */
export const compareSchema = z.strictObject({
  ...base.shape, id: z.literal("compare"), methods: z.array(card), rows: z.array(row).min(1), inputRange: z.enum(["calibrated", "image"]), validationImages: z.int().min(1), iterations: z.int().min(0), steps: z.int().min(0),
});

/** The result of the comparison of methods. */
export type CompareResult = z.output<typeof compareSchema>;
/** A detector quantized by a method at a precision. mAP as a fraction. */
export type CompareRow = CompareResult["rows"][number];
export type CompareCard = CompareResult["methods"][number];
