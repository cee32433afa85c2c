import { z } from "zod";

const fraction = z.number().min(0).max(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits");
const models = z.enum(["pretrained", "fine-tuned"]);
const precisions = z.enum(["W32A32", "W8A8", "W8A4"]);
const sources = z.enum(["none", "distilled-mean", "distilled-mean-std", "real", "noise", "shuffled"]);

/** Ids of the results of the study; each has its file `<id>.json`. */
export const resultIds = ["table1", "figure2", "figure3", "figure4", "what-if"] as const;

const base = z.strictObject({
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

/** The result of Table 1. */
export type Table1Result = z.output<typeof table1Schema>;
/** One row of it: a detector, quantized in one way. mAP as a fraction. */
export type Table1Row = Table1Result["rows"][number];
/** One row of the paper's own Table 1, with the reason why ours differs. */
export type Table1PaperRow = Table1Result["paper"][number];
/** What became of one of the paper's claims. */
export type Verdict = Table1Result["verdicts"][number];
/** Versions and machine of a run. */
export type Environment = Table1Result["environment"];
