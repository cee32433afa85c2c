import { CocoEvalError, show } from "./errors";
import { isExact, isId } from "./ids";
import type { ListedIds } from "./params";
import type { AnnotationArrays, Id } from "./types";

/**
 * The ids of images and categories, in file order, repetitions included.
 *
 * Throws where a list is absent or an id is no id; in strict mode also where one occurs twice.
 */
export function readListed(groundTruth: unknown, strict: boolean): ListedIds {
  if (!isRecord(groundTruth)) throw new CocoEvalError("invalid", "groundTruth", "", show(groundTruth), "an object with images, annotations and categories");
  if (!hasColumns(groundTruth) && (strict || groundTruth.annotations !== undefined)) requireList(groundTruth, "annotations");
  return { images: readIds(groundTruth, "images", strict), categories: readIds(groundTruth, "categories", strict) };
}

/** True where annotations are given as columns. */
export const hasColumns = (groundTruth: { annotations?: unknown }): groundTruth is { annotations: AnnotationArrays } => isRecord(groundTruth.annotations) && ArrayBuffer.isView(groundTruth.annotations.boxes);

/** True for a JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function readIds(groundTruth: Record<string, unknown>, field: string, strict: boolean): Id[] {
  const seen = new Set<Id>();
  return requireList(groundTruth, field).map((entry, i) => {
    const pointer = `/${field}/${i}`;
    if (!isRecord(entry)) throw new CocoEvalError("invalid", "groundTruth", pointer, show(entry), "an object with an id");
    const { id } = entry;
    if (id === undefined) throw new CocoEvalError("missing", "groundTruth", `${pointer}/id`, "", "an id");
    if (!(strict ? isId(id) : typeof id === "string" || isExact(id))) throw new CocoEvalError("invalid", "groundTruth", `${pointer}/id`, show(id), "an integer of at most 53 bits or a string");
    if (strict && seen.has(id as Id)) throw new CocoEvalError("invalid", "groundTruth", `${pointer}/id`, show(id), "each id once");
    seen.add(id as Id);
    return id as Id;
  });
}

function requireList(groundTruth: Record<string, unknown>, field: string): unknown[] {
  const list = groundTruth[field];
  if (list === undefined) throw new CocoEvalError("missing", "groundTruth", `/${field}`, "", "a list");
  if (!Array.isArray(list)) throw new CocoEvalError("invalid", "groundTruth", `/${field}`, show(list), "a list");
  return list;
}
