import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { readCocoJson, type CocoJson } from "../datasets/coco-json";
import { imageFolderOf } from "../datasets/image-dataset";
import { deviceMemory } from "../tensor/device-memory";
import { writeFileAtomic } from "../weights/atomic-write";
import { readConfig } from "../weights/checkpoint";
import type { Scale, ScaleName, StudyPlan } from "./profiles";
import { repositoryRoot } from "./repository";

/** Counts of the paper profile: at "full" the paper's own, 128 images for a point and 128 batches of 8. */
export const paperScales: Readonly<Record<ScaleName, Scale>> = {
  smoke: { seeds: 1, images: 2, iterations: 1, curve: [0, 1], validation: 4, batchValidation: 2, batches: 2, resamples: 20 },
  default: { seeds: 1, images: 16, iterations: 100, curve: [0, 10, 20, 50, 100], validation: 200, batchValidation: 100, batches: 16, resamples: 500 },
  full: { seeds: 3, images: 128, iterations: 100, curve: [0, 5, 10, 20, 50, 75, 100, 150, 200], validation: 5000, batchValidation: 1366, batches: 128, resamples: 1000 },
};

/** Images of each set that a scale uses: evenly spread ones of a validation set, the first of the training film. */
const SELECTED: Readonly<Record<ScaleName, { cocoVal: number; flirTrain: number; flirVal: number }>> = {
  smoke: { cocoVal: 4, flirTrain: 16, flirVal: 4 },
  default: { cocoVal: 500, flirTrain: Infinity, flirVal: 300 },
  full: { cocoVal: Infinity, flirTrain: Infinity, flirVal: Infinity },
};

/** Main memory that a process takes at full size, and memory of a GPU, in bytes. */
const PROCESS_BYTES = 4 * 2 ** 30, GPU_PROCESS_BYTES = 16 * 2 ** 30;
const CHUNK = 8, TOGETHER = 2;

/** Where the prepared files of the paper profile are. */
export interface PaperFiles {
  folder: string;
  /** verified annotations, written by data-scripts: val.json; train.json and val.json */
  coco: string;
  flir: string;
  /** checkpoints of ours */
  pretrained: string;
  fineTuned: string;
  /** annotations of the images that the scale uses; the folder of FLIR's has train.json and val.json */
  selected: { coco: string; flir: string };
}

/** Files of a scale in data/paper, those of smoke in data/paper-smoke; ZSQ_PAPER names another folder than data. */
export function paperFiles(scale: ScaleName): PaperFiles {
  const folder = join(process.env.ZSQ_PAPER || join(repositoryRoot(), "data"), scale === "smoke" ? "paper-smoke" : "paper"), own = join(folder, scale);
  return {
    folder, coco: join(folder, "coco"), flir: join(folder, "flir"), pretrained: join(folder, "pretrained.safetensors"), fineTuned: join(folder, "fine-tuned.safetensors"),
    selected: { coco: join(own, "coco"), flir: join(own, "flir") },
  };
}

/**
 * The paper's own detectors and data at a scale. COCO's training images are not asked for: where real images calibrate the
 * pretrained detector, they are validation images.
 *
 * Images are distilled at 640 x 512, the size of FLIR's, or as much smaller as the pretrained detector resizes less than 800 pixels.
 *
 * - **fineTuned** – the fine-tuned checkpoint; default the prepared one
 *
 * Throws if a file is missing: `npm run reproduce -- --profile paper` prepares them.
 */
export function paperPlan(scale: ScaleName, fineTuned = paperFiles(scale).fineTuned): StudyPlan {
  const files = paperFiles(scale), { coco, flir } = files.selected;
  const [cocoVal, flirTrain, flirVal] = [join(coco, "val.json"), join(flir, "train.json"), join(flir, "val.json")];
  const missing = [cocoVal, flirTrain, flirVal, files.pretrained, fineTuned].find((path) => !existsSync(path));
  if (missing !== undefined) throw new Error(`studyPlan: missing file of the paper profile: ${missing}; expected it prepared; try npm run reproduce -- --profile paper --scale ${scale} --coco DIR --flir DIR --weights FILE`);
  const shorter = readConfig(files.pretrained).image.resize?.shorter ?? 800, side = (part: number): number => 32 * Math.ceil((part * shorter) / 32);
  return {
    profile: "paper", scale, counts: paperScales[scale], imageShape: [side(0.64), side(0.8)], data: null, distillation: { chunk: CHUNK, batchSize: TOGETHER }, jobs: processes(),
    models: [
      { model: "pretrained", dataset: "COCO val2017", checkpoint: files.pretrained, train: cocoVal, val: cocoVal, images: readCocoJson(cocoVal).images.length },
      { model: "fine-tuned", dataset: "FLIR ADAS", checkpoint: fineTuned, train: flirTrain, val: flirVal, images: readCocoJson(flirVal).images.length },
    ],
  };
}

/** How many processes fit into memory; at most one for each core. */
export function processes({ gpu, freeBytes } = deviceMemory(), cores = availableParallelism()): number {
  return Math.max(1, Math.min(cores, Math.floor(freeBytes / PROCESS_BYTES), gpu ? Math.floor(gpu.bytes / GPU_PROCESS_BYTES) : Infinity));
}

/** Writes the annotations of the images that a scale uses, from the verified ones. */
export function selectImages(scale: ScaleName): void {
  const { coco, flir, selected } = paperFiles(scale), { cocoVal, flirTrain, flirVal } = SELECTED[scale];
  const write = (from: string, to: string, places: (count: number) => number[]): void => {
    const all = readCocoJson(from);
    writeFileAtomic(to, `${JSON.stringify(subset(all, imageFolderOf(from, all), places(all.images.length)))}\n`);
  };
  write(join(coco, "val.json"), join(selected.coco, "val.json"), spread(cocoVal));
  write(join(flir, "train.json"), join(selected.flir, "train.json"), (count) => Array.from({ length: Math.min(flirTrain, count) }, (_, i) => i));
  write(join(flir, "val.json"), join(selected.flir, "val.json"), spread(flirVal));
}

const spread = (most: number) => (count: number): number[] => {
  const taken = Math.min(most, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
};

function subset({ info, images, annotations, categories }: CocoJson, folder: string, places: readonly number[]): CocoJson {
  const chosen = places.map((place) => images[place]), ids = new Set(chosen.map(({ id }) => id));
  return { info: { ...info, image_folder: folder }, images: chosen, annotations: annotations.filter(({ image_id }) => ids.has(image_id)), categories };
}
