import { CocoEvalError, show } from "./errors";
import { emptyAnnotations, IdKind, type AnnotationRecords } from "./ground-truth-table";
import { isExact, isId } from "./ids";
import { isRecord } from "./listed";
import { idKind, pythonByte, pythonFloat, pythonTruth } from "./python-values";
import { readPoints } from "./read-keypoints";
import { readMask, type MaskOptions } from "./read-mask";
import type { Scope } from "./scope";
import type { Annotation, Id } from "./types";
import type { WarningLog } from "./warnings";

type Fields = Partial<Record<keyof Annotation | "ignore", unknown>>;

const NO_BOX = [0, 0, 0, 0];

/** How annotations are read. */
export interface ReadOptions {
  scope: Scope;
  /** where masks are compared */
  masks?: MaskOptions;
  /** where keypoints are compared */
  sigmas?: readonly number[];
}

function roomFor(count: number, { masks, sigmas }: ReadOptions): AnnotationRecords {
  const out = emptyAnnotations(count);
  if (masks) out.masks = [];
  if (sigmas) out.keypoints = { points: new Float64Array(3 * sigmas.length * count), sigmas };
  return out;
}

/** Reads annotations in strict mode: every fault is refused with its place. */
export function readAnnotations(annotations: readonly unknown[], { warnings, ...options }: ReadOptions & { warnings: WarningLog }): AnnotationRecords {
  const { scope, masks } = options, out = roomFor(annotations.length, options), seen = new Set<Id>();
  let n = 0;
  annotations.forEach((annotation, i) => {
    const fields = requireFields(annotation, i);
    checkId(fields.id, i, seen);
    const image = requirePlace(scope.images, fields, "image_id", i), category = requirePlace(scope.categories, fields, "category_id", i);
    if (fields.bbox !== undefined || !masks) checkBox(fields.bbox, i);
    checkNumbers(fields, i);
    noteOddities(fields, i, warnings);
    if (image < 0 || category < 0) return;
    const crowd = Number(fields.iscrowd);
    out.ids[n] = fields.id as Id;
    if (masks) out.masks![n] = readMask(fields.segmentation, image, `/annotations/${i}/segmentation`, masks);
    n = put(out, n, image, category, (fields.bbox as number[]) ?? NO_BOX, fields.area as number, crowd, Number(crowd === 1 || lacksKeypoints(fields, out, n, i)), IdKind.Plain);
  });
  out.count = n;
  return out;
}

/** Reads annotations as pycocotools does: what it ignores is ignored, what makes it raise throws. */
export function readAnnotationsLikePython(annotations: readonly unknown[], options: ReadOptions): AnnotationRecords {
  const { scope, masks } = options;
  const rows = annotations.map(requireFields);
  const lastWithId = new Map<unknown, number>();
  rows.forEach((fields, i) => {
    for (const field of ["image_id", "id", "category_id"] as const) if (fields[field] === undefined) throw missing(i, field);
    if (typeof fields.id === "number" && !isExact(fields.id)) throw new CocoEvalError("unsupported", "groundTruth", `/annotations/${i}/id`, String(fields.id), "a number of at most 53 bits");
    lastWithId.set(fields.id, i);
  });
  const out = roomFor(rows.length, options);
  let n = 0;
  // the last annotation with an id stands for all of them; each still needs an evaluated place of its own (with
  // useCats 0 only an image, since COCOeval then selects by image)
  for (const i of lastWithId.size === rows.length ? rows.keys() : byImage(rows, scope)) {
    if (!isSelected(scope, rows[i])) continue;
    const at = lastWithId.get(rows[i].id)!, fields = rows[at];
    if (masks && !scope.listedImages.has(fields.image_id as Id)) throw unknown(at, "image_id", fields.image_id);
    const image = scope.images.get(fields.image_id as Id) ?? -1, mask = masks && image >= 0 ? readMask(fields.segmentation, image, `/annotations/${at}/segmentation`, masks) : undefined;
    if (!isPlaced(scope, rows[i], scope.asOne) || !isPlaced(scope, fields, false)) continue;
    const category = scope.categories.get(fields.category_id as Id)!;
    const ignore = lacksKeypoints(fields, out, n, at) || pythonTruth(fields.iscrowd), crowd = pythonByte(fields.iscrowd);
    if (fields.iscrowd === undefined) throw missing(at, "iscrowd");
    if (crowd === undefined) throw invalid(at, "iscrowd", fields.iscrowd, "0 or 1");
    out.ids[n] = fields.id as Id;
    if (mask) out.masks![n] = mask;
    n = put(out, n, image, category, masks ? NO_BOX : pythonBox(fields.bbox, at), ignore && !options.sigmas ? 0 : pythonArea(fields.area, at), Number(crowd !== 0), Number(ignore), idKind(fields.id));
  }
  out.count = n;
  return out;
}

function put(out: AnnotationRecords, n: number, image: number, category: number, box: readonly number[], area: number, crowd: number, ignore: number, kind: IdKind): number {
  out.image[n] = image;
  out.category[n] = category;
  for (let c = 0; c < 4; c++) out.boxes[4 * n + c] = box[c];
  out.area[n] = area;
  out.crowd[n] = crowd;
  out.ignore[n] = ignore;
  out.idKind[n] = kind;
  return n + 1;
}

function requireFields(annotation: unknown, i: number): Fields {
  if (isRecord(annotation)) return annotation;
  throw new CocoEvalError("invalid", "groundTruth", `/annotations/${i}`, show(annotation), "an object");
}

// where keypoints are compared: reads them, and tells whether none is labelled
function lacksKeypoints({ keypoints, num_keypoints }: Fields, { keypoints: into }: AnnotationRecords, n: number, i: number): boolean {
  if (!into) return false;
  readPoints(keypoints, into, n, (value, rule, within = "") => (keypoints === undefined ? missing(i, "keypoints") : invalid(i, `keypoints${within}`, value, rule)));
  if (num_keypoints === undefined) throw missing(i, "num_keypoints");
  if (typeof num_keypoints !== "number" || !(num_keypoints >= 0)) throw invalid(i, "num_keypoints", num_keypoints, "a number >= 0");
  return num_keypoints === 0;
}

function checkId(id: unknown, i: number, seen: Set<Id>): void {
  if (id === undefined) throw missing(i, "id");
  if (!isId(id)) throw invalid(i, "id", id, "an integer of at most 53 bits or a string");
  if (pythonFloat(id) === 0) throw invalid(i, "id", id, "an id other than 0, which pycocotools takes for no match; try ids from 1");
  if (seen.has(id)) throw invalid(i, "id", id, "each id once");
  seen.add(id);
}

function requirePlace(places: ReadonlyMap<Id, number>, fields: Fields, field: "image_id" | "category_id", i: number): number {
  if (fields[field] === undefined) throw missing(i, field);
  const place = places.get(fields[field] as Id);
  if (place === undefined) throw unknown(i, field, fields[field]);
  return place;
}

function checkBox(bbox: unknown, i: number): void {
  if (bbox === undefined) throw missing(i, "bbox");
  if (!Array.isArray(bbox) || bbox.length !== 4) throw invalid(i, "bbox", bbox, "[x, y, width, height] in pixels");
  for (let c = 0; c < 4; c++) {
    if (!Number.isFinite(bbox[c]) || (c > 1 && bbox[c] < 0)) throw invalid(i, `bbox/${c}`, bbox[c], c > 1 ? "a finite number >= 0" : "a finite number");
  }
}

function checkNumbers({ area, iscrowd }: Fields, i: number): void {
  if (area === undefined) throw missing(i, "area");
  if (!Number.isFinite(area) || (area as number) < 0) throw invalid(i, "area", area, "a finite number >= 0, in square pixels");
  if (iscrowd === undefined) throw missing(i, "iscrowd");
  if (iscrowd !== 0 && iscrowd !== 1 && typeof iscrowd !== "boolean") throw invalid(i, "iscrowd", iscrowd, "0 or 1");
}

function noteOddities({ bbox, area, ignore }: Fields, i: number, warnings: WarningLog): void {
  const [, , width, height] = (bbox as number[] | undefined) ?? [0, 0, 1, 1], place = `groundTruth#/annotations/${i}`;
  if (width === 0 || height === 0) warnings.add("empty-ground-truth", "ground truths without area, which nothing can match", `${place}/bbox`);
  else if (area === 0) warnings.add("zero-area", "ground truths with an area of 0 though their box has one; they count as small", `${place}/area`);
  if ((area as number) > 1e10) warnings.add("huge-area", "ground truths above 1e10 square pixels, which no default area range holds", `${place}/area`);
  if (ignore) warnings.add("ignore-field", "ground truths with a field ignore, which has no effect; use iscrowd", `${place}/ignore`);
}

// COCOeval collects annotations image by image, which decides the order of replaced ones
function byImage(rows: readonly Fields[], scope: Scope): number[] {
  const place = (i: number): number => scope.images.get(rows[i].image_id as Id) ?? -1;
  return [...rows.keys()].sort((a, b) => place(a) - place(b) || a - b);
}

// COCO.getAnnIds takes an empty list for all
function isSelected(scope: Scope, { image_id, category_id }: Fields): boolean {
  const isOneOf = (places: ReadonlyMap<Id, number>, id: unknown): boolean => (places.get(id as Id) ?? -1) >= 0;
  return (scope.imageCount === 0 || isOneOf(scope.images, image_id)) && (scope.asOne || scope.categoryCount === 0 || isOneOf(scope.categories, category_id));
}

function isPlaced(scope: Scope, { image_id, category_id }: Fields, anyCategory: boolean): boolean {
  return (scope.images.get(image_id as Id) ?? -1) >= 0 && (anyCategory || (scope.categories.get(category_id as Id) ?? -1) >= 0);
}

function pythonBox(bbox: unknown, i: number): number[] {
  if (bbox === undefined) throw missing(i, "bbox");
  if (!Array.isArray(bbox) || bbox.length !== 4) throw invalid(i, "bbox", bbox, "a list of 4 numbers");
  return bbox.map((value, c) => {
    const number = value === null ? NaN : pythonFloat(value); // numpy reads null as NaN
    if (number === undefined) throw invalid(i, `bbox/${c}`, value, "a number");
    return number;
  });
}

function pythonArea(area: unknown, i: number): number {
  if (area === undefined) throw missing(i, "area");
  if (typeof area !== "number" && typeof area !== "boolean") throw invalid(i, "area", area, "a number");
  return Number(area);
}

const missing = (i: number, field: string): CocoEvalError => new CocoEvalError("missing", "groundTruth", `/annotations/${i}/${field}`, "", "this field");
const invalid = (i: number, field: string, value: unknown, rule: string): CocoEvalError => new CocoEvalError("invalid", "groundTruth", `/annotations/${i}/${field}`, show(value), rule);
const unknown = (i: number, field: "image_id" | "category_id", value: unknown): CocoEvalError => new CocoEvalError("unknown", "groundTruth", `/annotations/${i}/${field}`, show(value), `an id of /${field === "image_id" ? "images" : "categories"}`);
