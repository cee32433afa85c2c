import type { Accumulated } from "./accumulate";
import { pairwiseMean } from "./pairwise-mean";
import type { Category, CategoryResult, Figure, Id, Params } from "./types";

/** Which entries of precision (or, for recall, of recall) a figure averages. */
export interface FigureSpec {
  /** AP, AP50, ... */
  name: string;
  kind: "precision" | "recall";
  /** one IoU threshold; all where absent */
  iou?: number;
  /** label of an area range */
  area: string;
  /** limit on detections per image */
  maxDets: number;
}

/** A category in results. */
export interface Label {
  id: Id;
  name: string;
}

/** A mean, or -1 and the reason why there is none. */
export interface Mean {
  value: number;
  reason: string | null;
}

/** The twelve figures of COCOeval.summarize in their order, of keypoints ten. A missing third of maxDets gives NaN. */
export function figureSpecs({ maxDets, iouType }: Params): FigureSpec[] {
  const [first = NaN, second = NaN, most = NaN] = maxDets;
  const ap = (name: string, area: string, limit: number, iou?: number): FigureSpec => ({ name, kind: "precision", area, maxDets: limit, iou });
  const ar = (name: string, area: string, limit: number, iou?: number): FigureSpec => ({ name, kind: "recall", area, maxDets: limit, iou });
  if (iouType === "keypoints") {
    const five = (make: typeof ap, name: string): FigureSpec[] => [make(name, "all", 20), make(`${name}50`, "all", 20, 0.5), make(`${name}75`, "all", 20, 0.75), make(`${name}m`, "medium", 20), make(`${name}l`, "large", 20)];
    return [...five(ap, "AP"), ...five(ar, "AR")];
  }
  return [
    ap("AP", "all", 100), // a literal 100 in COCOeval, whatever maxDets
    ap("AP50", "all", most, 0.5), ap("AP75", "all", most, 0.75),
    ap("APs", "small", most), ap("APm", "medium", most), ap("APl", "large", most),
    ar(`AR${first}`, "all", first), ar(`AR${second}`, "all", second), ar(`AR${most}`, "all", most),
    ar("ARs", "small", most), ar("ARm", "medium", most), ar("ARl", "large", most),
  ];
}

/** The mean behind one figure. */
export function figureMean(arrays: Accumulated, params: Params, spec: FigureSpec): Mean {
  const areas = placesWhere(params.areaRngLbl, (label) => label === spec.area);
  const limits = placesWhere(params.maxDets, (limit) => limit === spec.maxDets);
  const thresholds = placesWhere(params.iouThrs, (t) => spec.iou === undefined || t === spec.iou);
  if (Number.isNaN(spec.maxDets)) return absent("maxDets has fewer than three limits");
  if (areas.length === 0) return absent(`areaRngLbl has no "${spec.area}"`);
  if (limits.length === 0) return absent(`maxDets does not contain ${spec.maxDets}`);
  if (thresholds.length === 0) return absent(`iouThrs does not contain ${spec.iou}`);
  return meanOver(arrays, spec.kind, thresholds, range(arrays.counts[2]), pair(areas, limits), `no ground truth in area range "${spec.area}"`);
}

/** The twelve figures with names and reasons. */
export function figures(arrays: Accumulated, params: Params): Figure[] {
  return figureSpecs(params).map((spec) => {
    const { value, reason } = figureMean(arrays, params, spec);
    return { name: spec.name, value: reason === null ? value : null, reason };
  });
}

/** AP, AP50 and AR of each category: first area range, third of maxDets (the last where there are fewer). */
export function perCategory(arrays: Accumulated, params: Params, categories: readonly Category[]): CategoryResult[] {
  const at = [[0, Math.min(2, params.maxDets.length - 1)]] as [number, number][];
  const all = range(params.iouThrs.length), half = placesWhere(params.iouThrs, (t) => t === 0.5);
  return labelCategories(params, categories).map(({ id, name }, k) => {
    const mean = (kind: FigureSpec["kind"], thresholds: number[]): Mean => meanOver(arrays, kind, thresholds, [k], at, "no ground truth of this category");
    const ap = mean("precision", all), ar = mean("recall", all);
    return { id, name, ap: ap.value, ap50: mean("precision", half).value, ar: ar.value, reason: ar.reason };
  });
}

/** Id and name of each evaluated category; -1 and "all" when useCats is 0. */
export function labelCategories({ useCats, catIds }: Params, categories: readonly Category[]): Label[] {
  if (useCats === 0) return [{ id: -1, name: "all" }];
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  return [...new Set(catIds)].map((id) => ({ id, name: names.get(id) ?? String(id) }));
}

// entries above -1 in the order (t, r, k), which decides the bits of the mean
function meanOver({ counts: [, R, K, A, M], precision, recall }: Accumulated, kind: FigureSpec["kind"], thresholds: number[], categories: number[], at: [number, number][], reason: string): Mean {
  const points = kind === "precision" ? R : 1, values = kind === "precision" ? precision : recall;
  const kept = new Float64Array(thresholds.length * points * categories.length * at.length);
  let n = 0;
  for (const t of thresholds) for (let r = 0; r < points; r++) for (let i = 0; i < categories.length; i++) for (let j = 0; j < at.length; j++) {
    const value = values[(((t * points + r) * K + categories[i]) * A + at[j][0]) * M + at[j][1]];
    if (value > -1) kept[n++] = value;
  }
  return n === 0 ? absent(reason) : { value: pairwiseMean(kept, 0, n), reason: null };
}

// numpy pairs two index lists, stretching one of length 1
function pair(areas: number[], limits: number[]): [number, number][] {
  const n = Math.max(areas.length, limits.length);
  return range(n).map((i) => [areas[areas.length === 1 ? 0 : i], limits[limits.length === 1 ? 0 : i]]);
}

const absent = (reason: string): Mean => ({ value: -1, reason });
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function placesWhere<E>(list: readonly E[], test: (element: E) => boolean): number[] {
  return range(list.length).filter((i) => test(list[i]));
}
