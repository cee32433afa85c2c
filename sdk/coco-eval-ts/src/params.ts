import { CocoEvalError, show } from "./errors";
import { isId, sortIds, uniqueIds } from "./ids";
import { personSigmas } from "./keypoints";
import { figureSpecs } from "./summarize";
import { areaRanges, keypointAreaRanges, iouThresholds, recallThresholds } from "./thresholds";
import type { EvaluateOptions, Id, IouType, Params } from "./types";

const KNOWN = ["imgIds", "catIds", "iouThrs", "recThrs", "maxDets", "areaRng", "areaRngLbl", "useCats", "iouType", "kpt_oks_sigmas", "compat"];

const TYPES: readonly IouType[] = ["bbox", "segm", "keypoints"];

/** Ids that the ground truth lists, repetitions included. */
export interface ListedIds {
  images: readonly Id[];
  categories: readonly Id[];
}

/**
 * The parameters of an evaluation: `options` over COCO's defaults, ids and maxDets sorted as COCOeval sorts them.
 *
 * Throws on unknown names and on values of the wrong kind; in strict mode also on ids that the ground truth does not
 * list and on labels that do not fit the area ranges.
 */
export function resolveParams(options: EvaluateOptions, listed: ListedIds): Params {
  checkNames(options);
  const strict = options.compat === undefined;
  const isKeypoints = options.iouType === "keypoints", useCats = readUseCats(options.useCats);
  const imgIds = readIds(options.imgIds, "imgIds"), catIds = readIds(options.catIds, "catIds") ?? sortIds(listed.categories, "groundTruth", "/categories");
  const params: Params = {
    imgIds: imgIds ? uniqueIds(imgIds, "params", "/imgIds") : uniqueIds(listed.images, "groundTruth", "/images"),
    // with useCats 0 COCOeval keeps order and repetitions, which decides between equal scores
    catIds: useCats === 1 ? uniqueIds(catIds, "params", "/catIds") : catIds,
    iouThrs: readNumbers(options.iouThrs, "iouThrs") ?? iouThresholds(),
    recThrs: readNumbers(options.recThrs, "recThrs") ?? recallThresholds(),
    maxDets: readMaxDets(options.maxDets, strict ? 1 : 0) ?? (isKeypoints ? [20] : [1, 10, 100]),
    areaRng: readAreaRanges(options.areaRng) ?? (isKeypoints ? keypointAreaRanges() : areaRanges()),
    areaRngLbl: readLabels(options.areaRngLbl) ?? (isKeypoints ? ["all", "medium", "large"] : ["all", "small", "medium", "large"]),
    useCats,
    iouType: options.iouType ?? "bbox",
    kpt_oks_sigmas: readSigmas(options.kpt_oks_sigmas) ?? personSigmas(),
  };
  if (strict && isKeypoints && useCats === 0) throw new CocoEvalError("unsupported", "params", "/useCats", "0", "1 where keypoints are compared: pycocotools then matches nothing");
  if (strict) checkAgainst(params, listed);
  else checkLikePython(params);
  return params;
}

function checkNames(options: EvaluateOptions): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) throw fault("", options, "an object of parameters");
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) throw new CocoEvalError("unknown", "params", `/${name}`, "", `one of ${KNOWN.join(", ")}`);
  }
  if (options.iouType !== undefined && !TYPES.includes(options.iouType)) throw new CocoEvalError("unsupported", "params", "/iouType", show(options.iouType), `one of ${TYPES.join(", ")}`);
  if (options.compat !== undefined && options.compat !== "pycocotools") throw fault("/compat", options.compat, '"pycocotools" or nothing');
}

function checkAgainst(params: Params, listed: ListedIds): void {
  for (const [field, known] of [["imgIds", listed.images], ["catIds", listed.categories]] as const) {
    const set = new Set(known);
    const place = params[field].findIndex((id) => !set.has(id));
    if (place >= 0) throw new CocoEvalError("unknown", "params", `/${field}`, show(params[field][place]), "ids that the ground truth lists");
  }
  if (new Set(params.catIds).size < params.catIds.length) throw fault("/catIds", params.catIds, "each id once");
  if (params.areaRngLbl.length !== params.areaRng.length) throw fault("/areaRngLbl", params.areaRngLbl, `${params.areaRng.length} names, one for each of areaRng`);
}

// where COCOeval.summarize raises: it pairs the places of a label with those of a limit as numpy broadcasts indices
function checkLikePython(params: Params): void {
  const { maxDets, areaRng, areaRngLbl, iouType } = params;
  if (maxDets.length < 3 && iouType !== "keypoints") throw fault("/maxDets", maxDets, "at least three limits");
  for (const { area, maxDets: limit } of figureSpecs(params)) {
    const areas = areaRngLbl.flatMap((label, i) => (label === area ? [i] : [])), limits = maxDets.filter((each) => each === limit).length;
    if (areas.length !== limits && areas.length !== 1 && limits !== 1) throw fault("/areaRngLbl", areaRngLbl, `"${area}" once, or as often as maxDets has ${limit}`);
    const beyond = areas.find((i) => i >= areaRng.length && limits > 0);
    if (beyond !== undefined) throw fault(`/areaRngLbl/${beyond}`, area, `at most ${areaRng.length} names, one for each of areaRng`);
  }
}

function readUseCats(value: unknown): 0 | 1 {
  if (value === undefined || value === 1 || value === true) return 1;
  if (value === 0 || value === false) return 0;
  throw fault("/useCats", value, "0 or 1");
}

function readIds(value: unknown, field: string): Id[] | undefined {
  return readList(value, field, (id): id is Id => isId(id) || Number.isFinite(id), "ids, numbers or strings");
}

function readNumbers(value: unknown, field: string): number[] | undefined {
  const list = readList(value, field, (x): x is number => Number.isFinite(x), "finite numbers");
  if (list?.length === 0) throw fault(`/${field}`, list, "at least one number");
  return list;
}

function readMaxDets(value: unknown, least: number): number[] | undefined {
  const list = readList(value, "maxDets", (x): x is number => Number.isSafeInteger(x) && (x as number) >= least, `integers >= ${least}`);
  if (list?.length === 0) throw fault("/maxDets", list, "at least one limit");
  return list?.sort((a, b) => a - b);
}

function readAreaRanges(value: unknown): [number, number][] | undefined {
  const isRange = (r: unknown): r is [number, number] => Array.isArray(r) && r.length === 2 && r.every((x) => typeof x === "number" && !Number.isNaN(x));
  return readList(value, "areaRng", isRange, "pairs of numbers [from, to] in square pixels")?.map(([from, to]) => [from, to]);
}

function readSigmas(value: unknown): number[] | undefined {
  const list = readList(value, "kpt_oks_sigmas", (x): x is number => typeof x === "number" && x > 0 && Number.isFinite(x), "numbers > 0");
  if (list?.length === 0) throw fault("/kpt_oks_sigmas", list, "at least one number");
  return list;
}

function readLabels(value: unknown): string[] | undefined {
  return readList(value, "areaRngLbl", (x): x is string => typeof x === "string", "strings");
}

// a copy of a list (or typed array) whose elements all pass the test
function readList<E>(value: unknown, field: string, test: (element: unknown) => element is E, rule: string): E[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) throw fault(`/${field}`, value, `a list of ${rule}`);
  const list = Array.from(value as ArrayLike<unknown>);
  return list.map((element, i) => {
    if (!test(element)) throw fault(`/${field}/${i}`, element, rule);
    return element;
  });
}

const fault = (pointer: string, value: unknown, rule: string): CocoEvalError => new CocoEvalError("invalid", "params", pointer, show(value), rule);
