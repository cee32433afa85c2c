import { existsSync, mkdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { openDataset } from "../datasets/image-dataset";
import { fittedShape } from "../evaluate/transform";
import type { ImageConfig } from "../nn/config";
import { cacheFolder } from "../study/cache";
import { noiseImages } from "../study/calibration-images";
import { estimateNotebooks, type NotebookEstimate, type StudyNotebook } from "../study/estimate";
import { paperFiles, selectImages, type PaperFiles } from "../study/paper-plan";
import type { ScaleName, StudyPlan } from "../study/profiles";
import { repositoryRoot } from "../study/repository";
import type { Task } from "../study/task";
import { paperRecipe } from "../train/recipe";
import { trainPaper } from "../train/train-paper";
import { loadDetector, readConfig, saveCheckpoint } from "../weights/checkpoint";
import { readCard } from "../weights/checkpoint-card";
import { sha256OfFile } from "../weights/checksum";
import { loadTorchvision } from "../weights/torchvision";
import { interruptSignal, runChild } from "./child";
import { showProgress } from "./progress";
import { UsageError } from "./report-error";

/** What a user gives to the paper profile. */
export interface PaperArguments { coco?: string; flir?: string; weights?: string; fineTuned?: string; resize?: string }

interface Given { coco: string; flir: string; weights: string; fineTuned?: string; resize?: ImageConfig["resize"] }

/** What has to be given, checked. Throws UsageError. */
export function checkPaperArguments({ coco, flir, weights, fineTuned, resize }: PaperArguments): Given {
  const missing = Object.entries({ coco, flir, weights }).find(([, value]) => value === undefined);
  if (missing) throw new UsageError(`missing --${missing[0]}: expected --coco DIR --flir DIR --weights FILE with --profile paper`);
  for (const path of [coco, flir, weights, fineTuned]) if (path !== undefined && !existsSync(path)) throw new Error(`reproduce: missing file or folder: ${path}; expected a download of the user's, see data-scripts`);
  return { coco: coco!, flir: flir!, weights: weights!, fineTuned, resize: parseResize(resize) };
}

/** "SHORTER,LONGER" in pixels. Throws UsageError if it is something else. */
export function parseResize(text: string | undefined): ImageConfig["resize"] {
  if (text === undefined) return undefined;
  const [shorter, longer, ...rest] = text.split(",").map(Number);
  if (rest.length || !Number.isInteger(shorter) || !Number.isInteger(longer) || shorter < 32 || longer < shorter) throw new UsageError(`invalid --resize: ${text}; expected SHORTER,LONGER in pixels`);
  return { shorter, longer };
}

/** Verifies both downloads, image by image, and selects the images of the scale; smoke takes a part of a data set for all of it. */
export async function verifyDownloads({ coco, flir }: Given, scale: ScaleName): Promise<void> {
  const files = paperFiles(scale);
  for (const [name, from, to] of [["coco", coco, files.coco], ["flir", flir, files.flir]] as const) {
    const script = join(repositoryRoot(), `data-scripts/dist/${name}/prepare.js`);
    if (!existsSync(script)) throw new Error(`reproduce: missing build: ${script}; expected the result of npm run setup`);
    await runChild(process.execPath, [script, from, "--out", to, ...(scale === "smoke" ? ["--partial"] : [])]);
  }
  selectImages(scale);
}

/** The detectors as checkpoints of ours, unless they are there already. Returns whether the fine-tuned one has to be trained: none was given, now or before, or trained from this pretrained one. */
export function convertWeights({ weights, fineTuned, resize }: Given, scale: ScaleName): boolean {
  const files = paperFiles(scale);
  convert(weights, files.pretrained, 91, resize);
  if (fineTuned !== undefined) convert(fineTuned, files.fineTuned, 4, resize);
  const card = existsSync(files.fineTuned) ? readCard(files.fineTuned) : null;
  return card?.sourceSha256 === undefined && (card === null || card.startedFromSha256 !== sha256OfFile(files.pretrained));
}

function convert(from: string, to: string, classes: number, resize: ImageConfig["resize"]): void {
  const card = { source: "torchvision retinanet_resnet50_fpn_v2", sourceSha256: sha256OfFile(from), resize: resize ?? null }, known = existsSync(to) ? readCard(to) : null;
  if (known?.sourceSha256 === card.sourceSha256 && JSON.stringify(known.resize) === JSON.stringify(card.resize)) return void process.stdout.write(`${to}: made from ${from} before\n`);
  const detector = from.endsWith(".safetensors") ? loadDetector(from) : loadTorchvision(from), { config, weights } = detector;
  try {
    if (config.classes !== classes) throw new Error(`reproduce: invalid number of classes of ${from}: ${config.classes}; expected ${classes}, background included`);
    mkdirSync(join(to, ".."), { recursive: true });
    const sha256 = saveCheckpoint(to, { config: { ...config, image: { ...config.image, resize: resize ?? config.image.resize } }, weights }, card);
    process.stdout.write(`${to}: sha256 ${sha256}\n`);
  } finally {
    detector.dispose();
  }
}

/** Seconds that the pretrained detector takes for one of its images on this device, all cores together. */
export async function secondsPerImage({ pretrained, selected }: PaperFiles): Promise<number> {
  const detector = loadDetector(pretrained), dataset = openDataset(join(selected.coco, "val.json"));
  const shape = fittedShape(dataset.shapeOf(0), detector.config.image.resize), x = tf.tensor4d(noiseImages(1, shape, 1), [1, ...shape, 3]);
  try {
    let seconds = Infinity;
    for (let run = 0; run < 2; run++) {
      const start = performance.now(), { classLogits, boxRegression } = detector.outputs(x);
      await Promise.all([...classLogits, ...boxRegression].map((output) => output.data()));
      tf.dispose([...classLogits, ...boxRegression]);
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
    return seconds;
  } finally {
    x.dispose();
    detector.dispose();
  }
}

/**
 * What tasks do to an image, in detections by the full-precision detector of an image of as many pixels: one step of
 * distillation, calibration, detection by a quantized detector, a step of training.
 */
const WORK = { distill: 1, calibrate: 2, quantized: 1.5, train: 3 };
/** Starting a process that has the libraries and a detector of full size, for each task; seconds. */
const TASK_SECONDS = 4;

/** Estimates of notebooks at full size, from the measured time of one image. */
export function estimatePaper(ids: readonly StudyNotebook[], plan: StudyPlan, seed: number, seconds: number): NotebookEstimate[] {
  const { jobs = 1, models } = plan, sizes = new Map(models.map(({ val, images }) => [val, images ?? Infinity]));
  const [height, width] = fittedShape(openDataset(models[0].val).shapeOf(0), readConfig(models[0].checkpoint).image.resize);
  const reduced = (plan.imageShape[0] * plan.imageShape[1]) / (height * width); // images that are distilled have fewer pixels
  return estimateNotebooks(ids, plan, seed, {
    jobs,
    seconds: (task) => {
      const work = workOf(task, reduced, sizes);
      return work === undefined ? undefined : TASK_SECONDS / jobs + work * seconds;
    },
  });
}

// in detections; undefined for tasks that run no detector
function workOf({ kind, parameters, inputs }: Task, reduced: number, sizes: ReadonlyMap<string, number>): number | undefined {
  const { dataset } = inputs, size = (dataset && "path" in dataset && sizes.get(dataset.path)) || Infinity;
  const images = Math.min(size, Number(parameters.limit ?? size)), calibration = WORK.calibrate * reduced * Number((parameters.calibration as { images?: number } | undefined)?.images ?? 0);
  switch (kind) {
    case "distill": return WORK.distill * reduced * Number(parameters.images) * Math.max(...(parameters.snapshots as number[]));
    case "calibrate-and-evaluate": {
      const schemes = (parameters.schemes as unknown[]).length;
      return calibration + images * (schemes ? WORK.quantized * schemes : 1);
    }
    case "histograms": return calibration;
    case "what-if": return WORK.quantized * images;
    default: return undefined;
  }
}

/** Disk that results may take, and what is free where they go, in words; `more` bytes beside the results. */
export function describeDisk(estimates: readonly NotebookEstimate[], more = 0): string {
  const bytes = estimates.reduce((sum, one) => sum + one.bytes, more), folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  return `disk: at most ${amount(bytes)} of results in ${folder}, where ${amount(bavail * bsize)} are free${bytes > bavail * bsize ? ": NOT ENOUGH; ZSQ_CACHE names another folder" : ""}`;
}

// MiB, rounded up, or GiB
const amount = (bytes: number): string => (bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`);

/** What fine-tuning is at a scale: for smoke one step of one image. */
function fineTuning(scale: ScaleName): { data: string; trial: { epochs?: number; batchSize?: number }; steps: number; batchSize: number } {
  const { flir, selected } = paperFiles(scale), smoke = scale === "smoke", data = smoke ? selected.flir : flir, count = openDataset(join(data, "train.json")).size;
  const trial = smoke ? { epochs: 1.5 / count, batchSize: 1 } : {}, { epochs, batchSize } = { ...paperRecipe, ...trial };
  return { data, trial, steps: Math.floor(epochs * Math.floor(count / batchSize)), batchSize };
}

/** Seconds that fine-tuning takes, from the measured time of one image; and its bytes: weights, their momentum, and the last state beside the one that is written. */
export function estimateFineTuning(scale: ScaleName, seconds: number): { seconds: number; bytes: number } {
  const { steps, batchSize } = fineTuning(scale);
  return { seconds: TASK_SECONDS + WORK.train * seconds * steps * batchSize, bytes: 5 * statSync(paperFiles(scale).pretrained).size };
}

/** Fine-tunes the pretrained detector on FLIR ADAS, for smoke one step; an interrupted training is continued. */
export async function fineTune(scale: ScaleName, seed: number): Promise<void> {
  const { pretrained, fineTuned } = paperFiles(scale), { data, trial, steps, batchSize } = fineTuning(scale);
  process.stdout.write(`no fine-tuned detector was given (--fine-tuned FILE): it is trained, ${steps} steps of ${batchSize} images; stop it with Ctrl-C, the same command continues\n`);
  const progress = showProgress("train flir");
  const { map } = await trainPaper({
    data, weights: pretrained, out: fineTuned, seed, ...trial, signal: interruptSignal(),
    onProgress: ({ step, steps: all, loss, seconds: spent }) => progress.update(step, all, `loss ${loss.classification.toFixed(3)} + ${loss.box.toFixed(3)}`, (spent / step) * (all - step)),
  }).finally(() => progress.stop());
  process.stdout.write(`fine-tuned: mAP ${map?.toFixed(4)}; ${fineTuned}\n`);
}
