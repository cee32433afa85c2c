import { join } from "node:path";
import type { RetinaNetConfig } from "../nn/config";
import { retinaNetEmbedded, retinaNetR50 } from "../nn/config";
import { paperPlan } from "./paper-plan";
import { repositoryRoot } from "./repository";

/** "smoke": proves that all runs; "default": answers in minutes on two cores; "full": the paper's counts. */
export type ScaleName = "smoke" | "default" | "full";
export type ProfileName = "embedded" | "paper";
/** The detector of the paper's "pretrained" rows sees visible light, that of its "fine-tuned" rows heat. */
export type ModelName = "pretrained" | "fine-tuned";

/** How much is computed. */
export interface Scale {
  /** repetitions wherever randomness enters */
  seeds: number;
  /** calibration images */
  images: number;
  /** of the distillations that tables compare; one of `curve` */
  iterations: number;
  /** iterations at which distillation is looked at, rising, the first 0 */
  curve: readonly number[];
  /** validation images, the first of them, for curves; tables use all */
  validation: number;
  /** validation images, the first of them, on which each calibration batch of a distribution is measured */
  batchValidation: number;
  /** calibration batches of a distribution */
  batches: number;
  /** resamples of a bootstrap interval */
  resamples: number;
}

/** One detector of a profile with its data. */
export interface StudyModel {
  model: ModelName;
  /** as rows name it */
  dataset: string;
  /** safetensors, with its card beside it */
  checkpoint: string;
  /** annotation files; training images serve calibration alone */
  train: string;
  val: string;
  /** validation images, where tables say how many: default all, whatever their number */
  images?: number;
}

/** Everything that a study needs to know of its models and data. */
export interface StudyPlan {
  profile: ProfileName;
  scale: ScaleName;
  counts: Scale;
  /** [height, width] */
  imageShape: readonly [number, number];
  models: readonly StudyModel[];
  /** folder of the drawn images, and how many of them it has to hold; null: the images are the user's */
  data: { folder: string; train: number; val: number } | null;
  /** for large images: those of a seed are distilled in tasks of `chunk` images, of which `batchSize` run together; default all in one task */
  distillation?: { chunk: number; batchSize: number };
  /** processes at a time; default one for each core */
  jobs?: number;
}

const CURVE = [0, 1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200];

export const scales: Readonly<Record<ScaleName, Scale>> = {
  smoke: { seeds: 1, images: 4, iterations: 5, curve: [0, 1, 2, 5], validation: 24, batchValidation: 24, batches: 2, resamples: 100 },
  default: { seeds: 3, images: 16, iterations: 100, curve: CURVE, validation: 100, batchValidation: 64, batches: 32, resamples: 500 },
  full: { seeds: 5, images: 128, iterations: 100, curve: CURVE, validation: 300, batchValidation: 300, batches: 128, resamples: 1000 },
};

/** The embedded profile's detector: that of the paper at a quarter of its width, for images of 160 x 128. */
export const embeddedConfig = (): RetinaNetConfig => retinaNetEmbedded(4);

/** The paper's own two detectors, for what follows from their architecture alone. */
export const paperConfigs: Readonly<Record<ModelName, RetinaNetConfig>> = { pretrained: retinaNetR50(91), "fine-tuned": retinaNetR50(4) };

/**
 * Models, data and counts of a profile at a scale.
 *
 * Throws if either is unknown, or what the paper profile needs has not been prepared (see paperPlan).
 */
export function studyPlan(profile: string, scale: string): StudyPlan {
  if (!Object.hasOwn(scales, scale)) throw new Error(`studyPlan: unknown scale: ${scale}; expected one of ${Object.keys(scales).join(", ")}`);
  if (profile === "paper") return paperPlan(scale as ScaleName);
  if (profile !== "embedded") throw new Error(`studyPlan: unknown profile: ${profile}; expected embedded or paper`);
  const root = repositoryRoot();
  const data = scale === "smoke" ? { folder: join(root, "data/scenes-smoke"), train: 64, val: 48 } : { folder: join(root, "data/scenes"), train: 3000, val: 300 };
  const of = (model: ModelName, domain: string): StudyModel => ({
    model, dataset: `scenes ${domain}`, checkpoint: join(root, `data-scripts/weights/embedded/${domain}.safetensors`),
    train: join(data.folder, domain, "train.json"), val: join(data.folder, domain, "val.json"),
  });
  return { profile, scale: scale as ScaleName, counts: scales[scale as ScaleName], imageShape: [128, 160], models: [of("pretrained", "visible"), of("fine-tuned", "thermal")], data };
}
