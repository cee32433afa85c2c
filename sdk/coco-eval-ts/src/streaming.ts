import { CocoEvalError, show } from "./errors";
import { CocoEvaluator } from "./evaluator";
import type { AnnotationArrays, Annotation, Category, DetectionArrays, Detections, EvaluateOptions, Evaluation, Id, Image } from "./types";

/** Some images with all their ground truths and detections. */
export interface Shard {
  images: readonly Image[];
  annotations: readonly Annotation[] | AnnotationArrays;
  detections: Detections;
}

/** The same in columns: plain objects and typed arrays, which a worker can post. */
export interface ShardArrays extends Shard {
  annotations: Required<Omit<AnnotationArrays, "ids">>;
  detections: DetectionArrays;
}

/** Parameters but for the images, which are those added. */
export type StreamingOptions = Omit<EvaluateOptions, "imgIds" | "compat" | "iouType">;

/**
 * Evaluates boxes image by image, or shard by shard, as they come.
 *
 * Only numbers are kept, some 70 bytes a detection. The result is that of all images at once, to the last bit, in
 * whatever order they come. To join evaluators that saw different images, such as those of workers, add the `shard()` of
 * one to the other. Ground truths are numbered as they come; their own ids are not kept.
 *
 * @example new StreamingEvaluator(categories).add({ images, annotations, detections }).evaluate().stats[0] // mAP
 */
export class StreamingEvaluator {
  private readonly parts: ShardArrays[] = [];
  private readonly seen = new Set<Id>();

  constructor(private readonly categories: readonly Category[], private readonly options: StreamingOptions = {}) {
    this.evaluatorOf({ images: [], annotations: [], detections: [] }); // checks categories and parameters
  }

  /** Adds images not added before. Throws CocoEvalError, with the place, where one is faulty; none is added then. */
  add(shard: Shard): this {
    const again = shard.images.findIndex(({ id }) => this.seen.has(id));
    if (again >= 0) throw new CocoEvalError("invalid", "groundTruth", `/images/${again}/id`, show(shard.images[again].id), "an image that was not added before");
    this.parts.push(this.evaluatorOf(shard).columns(shard.images));
    for (const { id } of shard.images) this.seen.add(id);
    return this;
  }

  /** Everything added so far. */
  shard(): ShardArrays {
    if (this.parts.length !== 1) this.parts.splice(0, this.parts.length, concat(this.parts));
    return this.parts[0];
  }

  /** An evaluator of everything added so far, for curves, matches and so on. */
  evaluator(): CocoEvaluator {
    return this.evaluatorOf(this.shard());
  }

  /** Evaluates everything added so far. */
  evaluate(): Evaluation {
    return this.evaluator().evaluate();
  }

  private evaluatorOf({ images, annotations, detections }: Shard): CocoEvaluator {
    return new CocoEvaluator({ images, annotations, categories: this.categories }, this.options).add(detections);
  }
}

function concat(parts: readonly ShardArrays[]): ShardArrays {
  const annotations = parts.map((part) => part.annotations), detections = parts.map((part) => part.detections);
  const ids = (lists: ArrayLike<Id>[]): Id[] => lists.flatMap((list) => Array.from(list));
  return {
    images: parts.flatMap(({ images }) => images),
    annotations: {
      imageIds: ids(annotations.map(({ imageIds }) => imageIds)), categoryIds: ids(annotations.map(({ categoryIds }) => categoryIds)),
      boxes: numbers(annotations.map(({ boxes }) => boxes)), areas: numbers(annotations.map(({ areas }) => areas)), crowds: numbers(annotations.map(({ crowds }) => crowds)),
    },
    detections: {
      imageIds: ids(detections.map(({ imageIds }) => imageIds)), categoryIds: ids(detections.map(({ categoryIds }) => categoryIds)),
      boxes: numbers(detections.map(({ boxes }) => boxes)), scores: numbers(detections.map(({ scores }) => scores)),
    },
  };
}

function numbers(lists: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
