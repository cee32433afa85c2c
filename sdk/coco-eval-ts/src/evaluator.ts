import { accumulate } from "./accumulate";
import { confusionMatrix, type ConfusionMatrix, type ConfusionOptions } from "./confusion";
import { concatRecords, type DetectionRecords } from "./detection-records";
import { imageSizes, noteDetections } from "./detection-warnings";
import { errorSplit, type ErrorOptions, type ErrorSplit } from "./error-split";
import type { AnnotationRecords } from "./ground-truth-table";
import { CocoEvalError } from "./errors";
import { hasColumns, readListed } from "./listed";
import { imageMatches, type ImageMatches } from "./image-matches";
import { match } from "./match";
import { noteOffByOne } from "./off-by-one";
import { noOverlaps } from "./overlaps";
import { resolveParams } from "./params";
import { prepare, prepareImages, type Prepared, type PreparedImages } from "./prepare";
import { readAnnotationColumns } from "./read-annotation-columns";
import { readAnnotations, readAnnotationsLikePython } from "./read-annotations";
import { readDetections } from "./read-detections";
import { createScope, type Scope } from "./scope";
import { scoreCurves, type CurveOptions, type ScoreCurves } from "./score-curves";
import { figures, labelCategories, perCategory } from "./summarize";
import type { ShardArrays } from "./streaming";
import type { Detections, EvaluateOptions, Evaluation, Figure, GroundTruth, GroundTruthArrays, Id, Image, Params, Warning } from "./types";
import { WarningLog } from "./warnings";

/**
 * Evaluates bounding boxes as pycocotools' COCOeval does, to the last bit.
 *
 * The input is read and checked when it is given; nothing given is changed or kept.
 *
 * @example new CocoEvaluator(groundTruth).add(detections).evaluate().stats[0] // mAP
 */
export class CocoEvaluator {
  /** the parameters in use */
  readonly params: Params;
  private readonly scope: Scope;
  private readonly strict: boolean;
  private readonly annotations: AnnotationRecords;
  private readonly parts: DetectionRecords[] = [];
  private readonly warnings = new WarningLog();
  private readonly sizes: Float64Array;
  // [categories], 1 where annotated
  private readonly inTruth: Uint8Array;
  private given = 0;

  /**
   * - **groundTruth** – images, annotations and categories in COCO's JSON layout
   * - **options** – parameters of COCOeval; compat: "pycocotools" to take faulty input as pycocotools does
   *
   * Throws CocoEvalError, with the place of the fault, where the ground truth or a parameter is faulty.
   */
  constructor(private readonly groundTruth: GroundTruth | GroundTruthArrays, options: EvaluateOptions = {}) {
    this.strict = options?.compat === undefined;
    const listed = readListed(groundTruth, this.strict);
    this.params = resolveParams(options, listed);
    this.scope = createScope(this.params, listed);
    this.sizes = imageSizes(groundTruth.images, this.scope);
    this.annotations = this.readAnnotations();
    this.inTruth = new Uint8Array(Math.max(this.params.catIds.length, 1));
    for (let n = 0; n < this.annotations.count; n++) this.inTruth[this.annotations.category[n]] = 1;
  }

  /** Adds detections, after those added before. Throws CocoEvalError where one is faulty; none is added then. */
  add(detections: Detections): this {
    const records = readDetections(detections, { scope: this.scope, strict: this.strict, before: this.given, sizes: this.sizes, iouType: this.params.iouType, sigmas: this.params.kpt_oks_sigmas, warnings: this.warnings });
    if (this.strict) noteDetections(records, this.sizes, this.inTruth, this.warnings);
    this.parts.push(records);
    this.given += Array.isArray(detections) ? detections.length : (detections as { scores: ArrayLike<number> }).scores.length;
    return this;
  }

  /** Evaluates all detections added so far. None at all gives figures of 0. */
  evaluate(): Evaluation {
    const { params } = this, sorted = this.prepare();
    const arrays = accumulate(sorted.slots, match(sorted, params), params);
    const list = figures(arrays, params);
    return {
      params,
      ...arrays,
      stats: Float64Array.from(list, ({ value }) => value ?? -1),
      figures: list,
      perCategory: perCategory(arrays, params, this.groundTruth.categories),
      warnings: [...this.warnings.list(), ...this.lookForShift(list)],
    };
  }

  /**
   * What was matched with what, for each image and category that has anything; objects, so not for hot paths.
   *
   * - **area** – name of an area range; defaults to "all"
   */
  matches(area = "all"): ImageMatches[] {
    return imageMatches(this.prepare(), this.params, this.placeArea("matches", area));
  }

  /** Precision, recall and F1 at every score threshold, from raw counts; see ScoreCurve. */
  curves({ iou = 0.5, area = "all", maxDet = this.mostDetections() }: CurveOptions = {}): ScoreCurves {
    return scoreCurves(this.prepare(), labelCategories(this.params, this.groundTruth.categories), { iou, areaRange: this.params.areaRng[this.placeArea("curves", area)], maxDet });
  }

  /** Which categories are taken for which; see ConfusionMatrix. */
  confusion(options: ConfusionOptions = {}): ConfusionMatrix {
    return confusionMatrix(this.prepareImages(), labelCategories({ ...this.params, useCats: 1 }, this.groundTruth.categories), options);
  }

  /** What costs average precision; see ErrorSplit. */
  errors(options: ErrorOptions = {}): ErrorSplit {
    return errorSplit(this.prepareImages(), new Set(this.params.catIds).size, options);
  }

  /** The sorted input. @internal */
  prepare(): Prepared {
    const { scope } = this, sorted = prepare(this.annotations, concatRecords(this.parts), scope.arrange, scope.imageCount, scope.categoryCount, this.mostDetections());
    // where categories count as one COCOeval.computeOks compares those of category -1: none
    return scope.asOne && this.params.iouType === "keypoints" ? { ...sorted, overlaps: noOverlaps } : sorted;
  }

  /**
   * What was added, as columns.
   *
   * - **images** – those of the ground truth
   */
  columns(images: readonly Image[]): ShardArrays {
    const { annotations, params: { imgIds, catIds } } = this, detections = concatRecords(this.parts);
    const ids = ({ image, category, count }: { image: Int32Array; category: Int32Array; count: number }): { imageIds: Id[]; categoryIds: Id[] } => ({
      imageIds: Array.from(image.subarray(0, count), (place) => imgIds[place]), categoryIds: Array.from(category.subarray(0, count), (place) => catIds[place]),
    });
    return {
      images: images.map(({ id, width, height }) => ({ id, width, height })),
      annotations: { ...ids(annotations), boxes: annotations.boxes.slice(0, 4 * annotations.count), areas: annotations.area.slice(0, annotations.count), crowds: annotations.crowd.slice(0, annotations.count) },
      detections: { ...ids(detections), boxes: detections.boxes.slice(0, 4 * detections.count), scores: detections.scores.slice(0, detections.count) },
    };
  }

  // looked for only where next to nothing is found
  private lookForShift([, { value: ap50 }]: Figure[]): Warning[] {
    const { strict, params: { useCats, catIds } } = this;
    if (!strict || useCats === 0 || catIds.length < 2 || ap50 === null || ap50 >= 0.2) return [];
    return noteOffByOne(this.confusion({ minScore: -Infinity }));
  }

  private readAnnotations(): AnnotationRecords {
    const { groundTruth, scope, strict, sizes, warnings, params: { iouType, kpt_oks_sigmas } } = this, isSegm = iouType === "segm";
    if (hasColumns(groundTruth)) {
      if (iouType !== "bbox") throw new CocoEvalError("unsupported", "groundTruth", "/annotations", "columns", "a list of annotations where masks or keypoints are compared");
      return readAnnotationColumns(groundTruth.annotations, scope, strict);
    }
    const annotations = (groundTruth as GroundTruth).annotations ?? [], masks = isSegm ? { sizes, strict, source: "groundTruth" } as const : undefined;
    const options = { scope, masks, sigmas: iouType === "keypoints" ? kpt_oks_sigmas : undefined };
    return strict ? readAnnotations(annotations, { ...options, warnings }) : readAnnotationsLikePython(annotations, options);
  }

  private prepareImages(): PreparedImages {
    return prepareImages(this.annotations, concatRecords(this.parts), this.scope.imageCount, this.mostDetections());
  }

  private mostDetections(): number {
    return this.params.maxDets[this.params.maxDets.length - 1];
  }

  private placeArea(caller: string, area: string): number {
    const { areaRngLbl } = this.params, place = areaRngLbl.indexOf(area);
    if (place < 0) throw new RangeError(`${caller}: unknown area range: ${area}; expected one of ${areaRngLbl.join(", ")}`);
    return place;
  }
}

/**
 * Evaluates detections in one call; see CocoEvaluator.
 *
 * @example evaluate(groundTruth, detections, { maxDets: [1, 10, 100] }).stats[0] // mAP
 */
export function evaluate(groundTruth: GroundTruth | GroundTruthArrays, detections: Detections, options: EvaluateOptions = {}): Evaluation {
  return new CocoEvaluator(groundTruth, options).add(detections).evaluate();
}
