import { CocoEvaluator } from "coco-eval-ts";
import type { ImageDataset } from "../datasets/image-dataset";
import type { Detections } from "../evaluate/detections";
import type { LabelledBox } from "../plot/boxes-figure";
import { evaluationInput } from "./precision-recall";

/**
 * Ground truth and detections of one image, and which detections are hits: matched as COCO matches, by falling score, each
 * object once.
 *
 * - **minScore** – weaker detections are left out; defaults to 0.3
 * - **iou** – from which a detection finds its object; defaults to 0.5
 */
export function labelledBoxes(detections: Detections, dataset: ImageDataset, image: number, { minScore = 0.3, iou = 0.5 }: { minScore?: number; iou?: number } = {}): LabelledBox[] {
  const names = new Map(dataset.categories.map(({ id, name }) => [Number(id), name])), { boxes, labels } = dataset.objectsOf(image);
  const truth = Array.from(labels, (label, i): LabelledBox => ({ kind: "truth", label: names.get(label)!, box: Array.from(boxes.subarray(4 * i, 4 * i + 4)) }));
  const chosen = Array.from(detections.scores.keys()).filter((i) => detections.imageIndex[i] === image && detections.scores[i] >= minScore && names.has(detections.labels[i]));
  const own = subset(detections, chosen), { detections: columns } = evaluationInput(own, dataset);
  const hits = hitsOf(new CocoEvaluator(dataset.groundTruth, { imgIds: [dataset.images[image].id], iouThrs: [iou] }).add(columns));
  const found = chosen.map((_, i): LabelledBox => ({
    kind: hits.has(i + 1) ? "hit" : "false alarm", label: `${names.get(own.labels[i])} ${own.scores[i].toFixed(2)}`, box: Array.from(own.boxes.subarray(4 * i, 4 * i + 4)),
  }));
  return [...truth, ...found];
}

function subset({ imageIndex, boxes, scores, labels }: Detections, chosen: readonly number[]): Detections {
  return {
    imageIndex: Int32Array.from(chosen, (i) => imageIndex[i]), boxes: Float32Array.from(chosen.flatMap((i) => Array.from(boxes.subarray(4 * i, 4 * i + 4)))),
    scores: Float32Array.from(chosen, (i) => scores[i]), labels: Int32Array.from(chosen, (i) => labels[i]),
  };
}

// places, from 1, of the detections that found an object
const hitsOf = (evaluator: CocoEvaluator): Set<number> =>
  new Set(evaluator.matches().flatMap(({ dtIds, dtMatches: [first] }) => dtIds.filter((_, d) => first[d] !== 0)));
