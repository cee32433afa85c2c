import { CocoEvalError, show } from "./errors";
import { emptyRecords, type DetectionRecords } from "./detection-records";
import { isRecord } from "./listed";
import { area, toBbox, type Rle } from "./mask/rle";
import { readPoints } from "./read-keypoints";
import { readMask } from "./read-mask";
import type { Scope } from "./scope";
import type { DetectionArrays, Id, IouType } from "./types";
import type { WarningLog } from "./warnings";

type Field = "image_id" | "category_id" | "bbox" | "score" | "segmentation" | "keypoints";

/** Where a value stands in the input, as a JSON pointer: /3/bbox/2 for objects, /boxes/14 for columns. */
type Locate = (i: number, field: Field, c?: number) => string;

const inObjects: Locate = (i, field, c) => `/${i}/${field}${c === undefined ? "" : `/${c}`}`;
const COLUMN = { image_id: "imageIds", category_id: "categoryIds", bbox: "boxes", score: "scores", segmentation: "", keypoints: "" } as const;
const inColumns: Locate = (i, field, c) => `/${COLUMN[field]}/${field === "bbox" ? 4 * i + (c ?? 0) : i}`;

/** How detections are read. */
export interface ReadOptions {
  scope: Scope;
  /** refuse what pycocotools would count wrongly or drop */
  strict: boolean;
  /** detections given before, so that numbers go on */
  before: number;
  /** [images, 2], width and height in pixels */
  sizes: Float64Array;
  iouType: IouType;
  /** of keypoints */
  sigmas: readonly number[];
  warnings: WarningLog;
}

/**
 * Reads detections into records. Throws, with the place, on an image that the ground truth does not list and on missing
 * or malformed fields; in strict mode also on unknown categories, non-finite numbers and negative sizes.
 */
export function readDetections(detections: unknown, options: ReadOptions): DetectionRecords {
  if (Array.isArray(detections)) return readObjects(detections, options);
  if (isRecord(detections) && "scores" in detections && options.iouType !== "bbox") throw new CocoEvalError("unsupported", "detections", "", "columns", "a list of detections where masks or keypoints are compared");
  if (isRecord(detections) && "scores" in detections) return readColumns(detections as unknown as DetectionArrays, options);
  throw new CocoEvalError("invalid", "detections", "", show(detections), "a list of {image_id, category_id, bbox, score}");
}

function readObjects(list: readonly unknown[], options: ReadOptions): DetectionRecords {
  const { scope, strict, before } = options, out = emptyRecords(list.length), layout = layoutOf(list[0]), masks = options.iouType === "segm" ? [] as Rle[] : undefined;
  if (options.iouType === "keypoints") out.keypoints = { points: new Float64Array(3 * options.sigmas.length * list.length), sigmas: options.sigmas };
  let n = 0;
  for (let i = 0; i < list.length; i++) {
    const detection = list[i] as Partial<Record<Field, unknown>>;
    if (!isRecord(detection)) throw new CocoEvalError("invalid", "detections", `/${i}`, show(detection), "an object with image_id, category_id, bbox and score");
    const image = placeImage(detection.image_id, scope, i, inObjects), category = placeCategory(detection.category_id, scope, strict, i, inObjects);
    const evaluated = image >= 0 && category >= 0, read = evaluated || (masks !== undefined && image >= 0 && readsAll(options));
    if (layout === "segmentation" && !strict) requireCompressed(detection, i);
    const own = layout === "segmentation" && read ? maskOf(detection, image, i, options) : undefined;
    const bbox = (layout === "keypoints" ? around(detection.keypoints, i) : detection.bbox ?? (own && toBbox(own))) as number[];
    if (layout !== "segmentation" || own) {
      checkBoxShape(bbox, strict || evaluated, i);
      for (let c = 0; c < 4; c++) out.boxes[4 * n + c] = bbox[c];
    }
    if (strict || evaluated) out.scores[n] = requireScore(detection.score, i);
    if (strict) checkNumbers(out, n, i, inObjects);
    const mask = masks && read ? own ?? maskOf({ segmentation: rectangle(bbox), ...detection }, image, i, options) : undefined;
    if (!evaluated) continue;
    if (out.keypoints) readPoints(detection.keypoints, out.keypoints, n, (value, rule, within = "") => (value === undefined ? missing(inObjects(i, "keypoints")) : invalid(inObjects(i, "keypoints") + within, value, rule)));
    if (mask) masks![n] = mask;
    n = keep(out, n, image, category, before + i + 1);
    if (own) out.area[n - 1] = area(own);
    else if (masks && strict && detection.segmentation !== undefined) options.warnings.add("area-of-box", "detections with both box and mask, whose area is that of the box", `detections#/${i}`);
  }
  out.count = n;
  out.masks = masks;
  return out;
}

// pycocotools decides by the first detection what all of them are
function layoutOf(first: unknown): "bbox" | "segmentation" | "keypoints" {
  const hasBox = !isRecord(first) || ("bbox" in first && !(Array.isArray(first.bbox) && first.bbox.length === 0));
  if (hasBox) return "bbox";
  return "segmentation" in first ? "segmentation" : "keypoints" in first ? "keypoints" : "bbox";
}

// the box around all keypoints, labelled or not
function around(keypoints: unknown, i: number): number[] {
  if (keypoints === undefined) throw missing(inObjects(i, "keypoints"));
  if (!Array.isArray(keypoints) || keypoints.length < 3) throw invalid(inObjects(i, "keypoints"), keypoints, "x, y and visibility of each keypoint");
  const every = (c: number): number[] => keypoints.filter((_, j) => j % 3 === c).map((value) => (typeof value === "number" ? value : NaN));
  const x = every(0), y = every(1), left = Math.min(...x), top = Math.min(...y);
  return [left, top, Math.max(...x) - left, Math.max(...y) - top];
}

// then pycocotools reads the masks of all categories
const readsAll = ({ scope, strict }: ReadOptions): boolean => !strict && (scope.asOne || scope.categoryCount === 0);

// where boxes come from masks pycocotools takes the area of the compressed string, evaluated or not
function requireCompressed({ segmentation }: Partial<Record<Field, unknown>>, i: number): void {
  if (!isRecord(segmentation) || typeof segmentation.counts !== "string") throw invalid(inObjects(i, "segmentation"), segmentation, "compressed run lengths");
}

function maskOf({ segmentation }: Partial<Record<Field, unknown>>, place: number, i: number, { sizes, strict }: ReadOptions): Rle {
  return readMask(segmentation, place, inObjects(i, "segmentation"), { sizes, strict, source: "detections" });
}

function rectangle([x, y, width, height]: readonly number[]): number[][] {
  return [[x, y, x, y + height, x + width, y + height, x + width, y]];
}

function readColumns(columns: DetectionArrays, { scope, strict, before }: ReadOptions): DetectionRecords {
  const count = checkColumns(columns), { imageIds, categoryIds, boxes, scores } = columns;
  const out = emptyRecords(count);
  let n = 0;
  for (let i = 0; i < count; i++) {
    const image = placeImage(imageIds[i], scope, i, inColumns), category = placeCategory(categoryIds[i], scope, strict, i, inColumns);
    for (let c = 0; c < 4; c++) out.boxes[4 * n + c] = boxes[4 * i + c];
    out.scores[n] = scores[i];
    if (strict) checkNumbers(out, n, i, inColumns);
    if (image >= 0 && category >= 0) n = keep(out, n, image, category, before + i + 1);
  }
  out.count = n;
  return out;
}

function keep(out: DetectionRecords, n: number, image: number, category: number, number: number): number {
  out.image[n] = image;
  out.area[n] = out.boxes[4 * n + 2] * out.boxes[4 * n + 3];
  out.category[n] = category;
  out.number[n] = number;
  return n + 1;
}

function placeImage(id: unknown, scope: Scope, i: number, locate: Locate): number {
  if (id === undefined) throw missing(locate(i, "image_id"));
  const place = scope.images.get(id as Id);
  if (place === undefined || (place >= 0 && !scope.listedImages.has(id as Id))) {
    throw new CocoEvalError("unknown", "detections", locate(i, "image_id"), show(id), `an id of the ground truth's images${otherType(id, scope)}`);
  }
  return place;
}

// the usual cause: "1" against 1
function otherType(id: unknown, scope: Scope): string {
  const other = typeof id === "string" ? Number(id) : String(id);
  return scope.listedImages.has(other) ? `; try ${show(other)}, which it lists` : "";
}

function placeCategory(id: unknown, scope: Scope, strict: boolean, i: number, locate: Locate): number {
  if (id === undefined) throw missing(locate(i, "category_id"));
  const place = scope.categories.get(id as Id);
  if (place === undefined && strict) throw new CocoEvalError("unknown", "detections", locate(i, "category_id"), show(id), `an id of the ground truth's categories${offByOne(id, scope)}`);
  return place ?? -1;
}

// the usual cause: classes counted from 0 against ids from 1, or the other way round
function offByOne(id: unknown, { categories }: Scope): string {
  if (id === 0 && categories.has(1)) return "; try ids in place of classes counted from 0";
  return categories.has(0) && id === categories.size ? "; try ids in place of classes counted from 1" : "";
}

// pycocotools takes the area of every box, and looks at the rest only where a box is evaluated
function checkBoxShape(bbox: unknown, whole: boolean, i: number): void {
  if (bbox === undefined) throw missing(inObjects(i, "bbox"));
  if (!Array.isArray(bbox) || (whole ? bbox.length !== 4 : bbox.length < 4)) throw invalid(inObjects(i, "bbox"), bbox, "[x, y, width, height] in pixels");
  for (let c = 0; c < 4; c++) if (typeof bbox[c] !== "number") throw invalid(inObjects(i, "bbox", c), bbox[c], "a number");
}

function requireScore(score: unknown, i: number): number {
  if (score === undefined) throw missing(inObjects(i, "score"));
  if (typeof score !== "number") throw invalid(inObjects(i, "score"), score, "a number");
  return score;
}

function checkNumbers({ boxes, scores }: DetectionRecords, n: number, i: number, locate: Locate): void {
  for (let c = 0; c < 4; c++) {
    const value = boxes[4 * n + c];
    if (!Number.isFinite(value) || (c > 1 && value < 0)) throw invalid(locate(i, "bbox", c), value, c > 1 ? "a finite number >= 0" : "a finite number");
  }
  if (!Number.isFinite(scores[n])) throw invalid(locate(i, "score"), scores[n], "a finite number");
}

function checkColumns({ imageIds, categoryIds, boxes, scores }: DetectionArrays): number {
  const n = scores.length;
  for (const [name, column, rows] of [["imageIds", imageIds, 1], ["categoryIds", categoryIds, 1], ["boxes", boxes, 4]] as const) {
    if (column?.length !== rows * n) throw new CocoEvalError("invalid", "detections", `/${name}`, `${column?.length ?? "no"} values`, `${rows * n} values for ${n} scores`);
  }
  return n;
}

const missing = (pointer: string): CocoEvalError => new CocoEvalError("missing", "detections", pointer, "", "this field");
const invalid = (pointer: string, value: unknown, rule: string): CocoEvalError => new CocoEvalError("invalid", "detections", pointer, show(value), rule);
