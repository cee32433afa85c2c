import { CocoEvalError, show } from "./errors";
import { emptyAnnotations, type AnnotationRecords } from "./ground-truth-table";
import { isExact, isId } from "./ids";
import { idKind } from "./python-values";
import type { Scope } from "./scope";
import type { AnnotationArrays, Id } from "./types";

/**
 * Reads annotations given as columns. Throws, with the place, on columns of different lengths, ids that the ground truth
 * does not list and, in strict mode, on numbers that are not finite or below 0.
 */
export function readAnnotationColumns(columns: AnnotationArrays, scope: Scope, strict: boolean): AnnotationRecords {
  const { imageIds, categoryIds, boxes, areas, crowds, ids } = columns, count = checkColumns(columns), out = emptyAnnotations(count);
  const seen = new Set<Id>();
  let n = 0;
  for (let i = 0; i < count; i++) {
    const image = scope.images.get(imageIds[i]), category = scope.categories.get(categoryIds[i]), id = ids?.[i] ?? i + 1;
    if (image === undefined) throw unknown("imageIds", i, imageIds[i], "images");
    if (category === undefined) throw unknown("categoryIds", i, categoryIds[i], "categories");
    for (let c = 0; c < 4; c++) out.boxes[4 * n + c] = boxes[4 * i + c];
    out.image[n] = image;
    out.category[n] = category;
    out.area[n] = areas ? areas[i] : boxes[4 * i + 2] * boxes[4 * i + 3];
    out.crowd[n] = out.ignore[n] = Number(crowds?.[i] ?? 0);
    out.ids[n] = id;
    out.idKind[n] = idKind(id);
    if (strict) check(out, n, i, crowds?.[i] ?? 0);
    if (!(strict ? isId(id) && id !== 0 : isExact(id)) || seen.has(id)) throw invalid("ids", i, id, "whole numbers other than 0, each once");
    seen.add(id);
    if (image >= 0 && category >= 0) n++;
  }
  out.count = n;
  return out;
}

function check({ boxes, area }: AnnotationRecords, n: number, i: number, crowd: number | boolean): void {
  for (let c = 0; c < 4; c++) {
    const value = boxes[4 * n + c];
    if (!Number.isFinite(value) || (c > 1 && value < 0)) throw invalid("boxes", 4 * i + c, value, c > 1 ? "a finite number >= 0" : "a finite number");
  }
  if (!Number.isFinite(area[n]) || area[n] < 0) throw invalid("areas", i, area[n], "a finite number >= 0, in square pixels");
  if (Number(crowd) !== 0 && Number(crowd) !== 1) throw invalid("crowds", i, crowd, "0 or 1");
}

function checkColumns({ imageIds, categoryIds, boxes, areas, crowds, ids }: AnnotationArrays): number {
  const n = imageIds?.length ?? 0;
  for (const [name, column, rows] of [["imageIds", imageIds, 1], ["categoryIds", categoryIds, 1], ["boxes", boxes, 4], ["areas", areas, 1], ["crowds", crowds, 1], ["ids", ids, 1]] as const) {
    const isOptional = name === "areas" || name === "crowds" || name === "ids";
    if (isOptional && column === undefined) continue;
    if (column?.length !== rows * n) throw new CocoEvalError("invalid", "groundTruth", `/annotations/${name}`, `${column?.length ?? "no"} values`, `${rows * n} values for ${n} imageIds`);
  }
  return n;
}

const invalid = (column: string, i: number, value: unknown, rule: string): CocoEvalError => new CocoEvalError("invalid", "groundTruth", `/annotations/${column}/${i}`, show(value), rule);
const unknown = (column: string, i: number, value: unknown, list: string): CocoEvalError => new CocoEvalError("unknown", "groundTruth", `/annotations/${column}/${i}`, show(value), `an id of /${list}`);
