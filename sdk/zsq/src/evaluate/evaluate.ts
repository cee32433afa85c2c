import { evaluate, type CategoryResult, type Evaluation } from "coco-eval-ts";
import type { ImageDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import type { AsyncPredictor, Predictor } from "../nn/detector";
import { breathe, cellSignal } from "../tensor/cell-signal";
import { cocoDetections } from "./coco-detections";
import { detectionsOf, fitted } from "./detect";
import { concatDetections, type Detections } from "./detections";
import { imagesPerRun } from "./images-per-run";

/** See evaluateMap. */
export interface EvaluateMapOptions {
  /** images of one size per run of the detector, at most; default 25, or as many of larger images as take its memory, at least 1 */
  batchSize?: number;
  /** only the first so many images; default all */
  limit?: number;
  /** called after each batch; what it throws ends the evaluation */
  onProgress?: (done: number, total: number) => void;
}

/** Precision of a detector on a data set. */
export interface MapResult {
  /** mean average precision over the IoU thresholds .5, .55, ... .95 and categories, in [0, 1] */
  map: number;
  /** mean average precision at IoU .5 */
  ap50: number;
  /** one per category of the data set; -1 where the images hold none of it */
  perClass: CategoryResult[];
  /** image indices are places in the data set's `images` */
  detections: Detections;
  /** all of COCO's figures */
  evaluation: Evaluation;
}

/**
 * Runs a detector, full precision or quantized, on a data set and measures COCO's mean average precision.
 *
 * No tensor survives but the detector's. Throws one line if there is nothing to find in the images, an option is out of
 * range, or an output of the detector is not a finite number.
 */
export async function evaluateMap(predictor: Predictor | AsyncPredictor, dataset: ImageDataset, { batchSize = imagesPerRun(predictor.config, dataset.shapeOf(0)), limit = dataset.size, onProgress }: EvaluateMapOptions = {}): Promise<MapResult> {
  for (const [name, value] of Object.entries({ batchSize, limit })) {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`evaluateMap: invalid ${name}: ${value}; expected an integer >= 1`);
  }
  const total = Math.min(limit, dataset.size);
  const hasObjects = Array.from({ length: total }, (_, i) => dataset.objectsOf(i)).some(({ labels }) => labels.length > 0);
  if (!hasObjects) throw new Error(`evaluateMap: missing objects: 0 in ${total} images; expected at least 1`);
  const detections = await detectAll(predictor, dataset, total, batchSize, onProgress);
  const imgIds = dataset.images.slice(0, total).map(({ id }) => id);
  const evaluation = evaluate(dataset.groundTruth, cocoDetections(detections, dataset), { imgIds });
  return { map: evaluation.stats[0], ap50: evaluation.stats[1], perClass: evaluation.perCategory, detections, evaluation };
}

async function detectAll(predictor: Predictor | AsyncPredictor, dataset: ImageDataset, total: number, batchSize: number, onProgress: EvaluateMapOptions["onProgress"]): Promise<Detections> {
  const batches: { detections: Detections; images: number }[] = [], signal = cellSignal();
  for (let first = 0, images: number; first < total; first += images) {
    images = equalImages(dataset, first, Math.min(batchSize, total - first));
    const { pixels, shape } = await dataset.load(Array.from({ length: images }, (_, k) => first + k));
    const x = normalizeImages(pixels, shape, predictor.config.image);
    const input = fitted(x, predictor.config);
    x.dispose();
    try {
      batches.push({ detections: detectionsOf(await predictor.outputs(input.batch), input, predictor.config), images });
    } finally {
      input.batch.dispose();
    }
    onProgress?.(first + images, total);
    await breathe("evaluateMap", signal);
  }
  return concatDetections(batches);
}

// how many of the next `most` images have the size of the first of them
function equalImages(dataset: ImageDataset, first: number, most: number): number {
  const [height, width] = dataset.shapeOf(first);
  let count = 1;
  while (count < most && dataset.shapeOf(first + count)[0] === height && dataset.shapeOf(first + count)[1] === width) count++;
  return count;
}
