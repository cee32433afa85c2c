import { CocoEvaluator, type DetectionArrays } from "coco-eval-ts";
import { cocoDetections } from "../evaluate/coco-detections";
import type { Detections } from "../evaluate/detections";
import type { ImageDataset } from "../datasets/image-dataset";
import type { PrecisionRecall } from "../plot/precision-recall-figure";

/** Detections on the first images of a data set as coco-eval-ts takes them, and the parameters that leave the other images out. */
export function evaluationInput(detections: Detections, dataset: ImageDataset, limit = dataset.size): { detections: DetectionArrays; params: { imgIds: (number | string)[] } } {
  return { detections: cocoDetections(detections, dataset), params: { imgIds: dataset.images.slice(0, limit).map(({ id }) => id) } };
}

/**
 * The precision-recall curve of one category at one IoU, and its interpolated average precision.
 *
 * - **limit** – the detections are those on the first so many images; defaults to all
 *
 * Throws if there is no such category.
 */
export function precisionRecall(detections: Detections, dataset: ImageDataset, { category, iou = 0.5, limit }: { category: string; iou?: number; limit?: number }): PrecisionRecall & { ap: number } {
  const own = dataset.categories.find(({ name }) => name === category);
  if (!own) throw new Error(`precisionRecall: unknown category: ${category}; expected one of ${dataset.categories.map(({ name }) => name).join(", ")}`);
  const { detections: columns, params } = evaluationInput(detections, dataset, limit);
  const evaluator = new CocoEvaluator(dataset.groundTruth, { ...params, catIds: [own.id], iouThrs: [iou] }).add(columns);
  const { precision: curve, counts: [, recalls, , areas, limits], params: { recThrs }, perCategory: [{ ap }] } = evaluator.evaluate();
  const { recall, precision } = evaluator.curves({ iou }).categories[0];
  // precision [T, R, K, A, M] with one threshold and one category: all areas, the last limit
  const interpolated = Array.from({ length: recalls }, (_, r) => ({ recall: recThrs[r], precision: curve[r * areas * limits + limits - 1] }));
  return { raw: Array.from(recall, (value, i) => ({ recall: value, precision: precision[i] })), interpolated, ap };
}
