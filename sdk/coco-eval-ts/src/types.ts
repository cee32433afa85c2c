import type { Segmentation } from "./mask/segmentation";

/** Identifies an image, category or annotation: an integer, or a string used throughout. */
export type Id = number | string;

/** A box as COCO stores it: left, top, width and height in pixels. */
export type Xywh = readonly [x: number, y: number, width: number, height: number];

/** An image of the ground truth. */
export interface Image {
  id: Id;
  /** pixels; with height, lets boxes outside the image be noticed */
  width?: number;
  height?: number;
  file_name?: string;
}

/** A class of objects. */
export interface Category {
  id: Id;
  name?: string;
}

/** One object of the ground truth. */
export interface Annotation {
  id: Id;
  image_id: Id;
  category_id: Id;
  bbox: Xywh | readonly number[];
  /** square pixels; decides small, medium or large (in COCO the area of the mask, not width * height) */
  area: number;
  /** 1: a group of objects; may be matched any number of times and never counts as missed */
  iscrowd: number;
  /** needed where masks are compared */
  segmentation?: Segmentation;
  /** [k, 3], x, y and visibility of each keypoint; needed where keypoints are compared */
  keypoints?: readonly number[];
  /** keypoints that are labelled; an object with none is ignored */
  num_keypoints?: number;
}

/** Ground truth in COCO's JSON layout; further fields are left alone. */
export interface GroundTruth {
  images: readonly Image[];
  annotations: readonly Annotation[];
  categories: readonly Category[];
}

/** n objects of the ground truth as columns: no object per box. */
export interface AnnotationArrays {
  /** [n] */
  imageIds: ArrayLike<Id>;
  /** [n] */
  categoryIds: ArrayLike<Id>;
  /** [n, 4], x, y, width and height in pixels */
  boxes: Float64Array | Float32Array;
  /** [n], square pixels; defaults to width * height */
  areas?: ArrayLike<number>;
  /** [n], 1: a group of objects; defaults to 0 */
  crowds?: ArrayLike<number>;
  /** [n]; defaults to 1, 2, ... n */
  ids?: ArrayLike<number>;
}

/** Ground truth with its annotations as columns. */
export interface GroundTruthArrays extends Omit<GroundTruth, "annotations"> {
  annotations: readonly Annotation[] | AnnotationArrays;
}

/** One detection in COCO's results layout. */
export interface Detection {
  image_id: Id;
  category_id: Id;
  bbox: Xywh | readonly number[];
  score: number;
  /** where masks are compared and there is none, the box is the mask */
  segmentation?: Segmentation;
}

/** A detection whose box is that around its mask; the first of a list decides whether all are taken so. */
export interface MaskDetection extends Omit<Detection, "bbox"> {
  bbox?: Xywh | readonly number[];
  segmentation: Segmentation;
}

/** n detections as columns: no object per detection. */
export interface DetectionArrays {
  /** [n] */
  imageIds: ArrayLike<Id>;
  /** [n] */
  categoryIds: ArrayLike<Id>;
  /** [n, 4], x, y, width and height in pixels; float32 values are used as they are */
  boxes: Float64Array | Float32Array;
  /** [n] */
  scores: ArrayLike<number>;
}

/** A detection with keypoints; without a box its size is that of the box around them. */
export interface KeypointDetection extends Omit<Detection, "bbox"> {
  bbox?: Xywh | readonly number[];
  /** [k, 3], x, y and anything */
  keypoints: readonly number[];
}

/** Detections, as objects or as columns. */
export type Detections = readonly Detection[] | readonly MaskDetection[] | readonly KeypointDetection[] | DetectionArrays;

/** What is compared: boxes, masks or keypoints. */
export type IouType = "bbox" | "segm" | "keypoints";

/** The parameters of COCOeval under their usual names. */
export interface Params {
  /** images to evaluate; defaults to all */
  imgIds: Id[];
  /** categories to evaluate, K of them; defaults to all */
  catIds: Id[];
  /** T IoU thresholds; defaults to .5, .55, ... .95 as numpy's linspace gives them */
  iouThrs: number[];
  /** R recall thresholds; defaults to 0, .01, ... 1 as numpy's linspace gives them */
  recThrs: number[];
  /** M limits on detections per image and category, rising; defaults to 1, 10, 100 */
  maxDets: number[];
  /** A ranges of area in square pixels, both ends included; defaults to all, small, medium and large */
  areaRng: [number, number][];
  /** names of the ranges */
  areaRngLbl: string[];
  /** 0: all categories count as one */
  useCats: 0 | 1;
  /** what is compared; defaults to boxes */
  iouType: IouType;
  /** spread of each keypoint, as a share of the object's size; defaults to COCO's 17 of a person */
  kpt_oks_sigmas: number[];
}

/** Parameters and how bad input is met. */
export interface EvaluateOptions extends Partial<Omit<Params, "useCats">> {
  useCats?: number | boolean;
  /** "pycocotools": its results on faulty input too; by default faulty input is refused */
  compat?: "pycocotools";
}

/** Figures of one category; -1 where there is nothing to measure, as in pycocotools. */
export interface CategoryResult {
  /** -1 when useCats is 0 */
  id: Id;
  name: string;
  /** mean average precision over the IoU thresholds, all areas, third of maxDets */
  ap: number;
  /** average precision at IoU .5 */
  ap50: number;
  /** mean recall over the IoU thresholds */
  ar: number;
  /** why a figure is -1, or null */
  reason: string | null;
}

/** One of the twelve figures with its meaning. */
export interface Figure {
  /** short name: AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm, ARl with the default parameters */
  name: string;
  /** null where pycocotools gives -1 */
  value: number | null;
  /** why there is no value, or null */
  reason: string | null;
}

/** Something suspicious in the input that does not prevent an evaluation. */
export interface Warning {
  code: string;
  /** how many times */
  count: number;
  /** one line, with the place of the first case */
  message: string;
}

/** The result of an evaluation. */
export interface Evaluation {
  /** the parameters used */
  params: Params;
  /** [T, R, K, A, M] */
  counts: [number, number, number, number, number];
  /** [12], of keypoints [10], as COCOeval.stats; -1 where there is nothing to measure */
  stats: Float64Array;
  /** stats with names, and a reason for each absent value */
  figures: Figure[];
  /** [T, R, K, A, M], row-major; -1 where there is no ground truth */
  precision: Float64Array;
  /** [T, K, A, M]; largest recall */
  recall: Float64Array;
  /** [T, R, K, A, M]; score at which each recall threshold is reached */
  scores: Float64Array;
  /** K rows, in the order of params.catIds */
  perCategory: CategoryResult[];
  /** empty in compat mode */
  warnings: Warning[];
}
