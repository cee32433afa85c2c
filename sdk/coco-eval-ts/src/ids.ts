import { CocoEvalError, show, type Source } from "./errors";
import type { Id } from "./types";

/** Place of an image or category that exists but is not evaluated. */
export const NOT_EVALUATED = -1;

/** The places of evaluated ids: 0 to n - 1, NOT_EVALUATED for known others, undefined for unknown ones. */
export type Places = ReadonlyMap<Id, number>;

/** Maps `evaluated` ids to their places and the remaining `known` ids to NOT_EVALUATED. */
export function placeIds(known: Iterable<Id>, evaluated: readonly Id[]): Places {
  const places = new Map<Id, number>();
  for (const id of known) places.set(id, NOT_EVALUATED);
  evaluated.forEach((id, place) => places.set(id, place));
  return places;
}

/** Ids in rising order: numbers by value, strings by code point; throws when both occur. */
export function sortIds(ids: Iterable<Id>, source: Source, pointer: string): Id[] {
  const list = [...ids];
  const odd = list.findIndex((id) => typeof id !== typeof list[0]);
  if (odd >= 0) throw new CocoEvalError("invalid", source, pointer, `${show(list[0])} and ${show(list[odd])}`, "ids of one type, all numbers or all strings");
  return list.sort(typeof list[0] === "string" ? (a, b) => compareText(a as string, b as string) : (a, b) => (a as number) - (b as number));
}

/** Sorted ids without repetition. */
export const uniqueIds = (ids: Iterable<Id>, source: Source, pointer: string): Id[] => sortIds(new Set(ids), source, pointer);

/** True for an id that both JSON and a double hold exactly. */
export const isId = (value: unknown): value is Id => typeof value === "string" || Number.isSafeInteger(value);

/** True for a number, fractions included, that JSON.parse cannot have confused with a neighbour. */
export const isExact = (value: unknown): value is number => typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;

// by code point as numpy does; JavaScript's own order is by UTF-16 unit and differs beyond U+FFFF
function compareText(a: string, b: string): number {
  const x = [...a], y = [...b];
  for (let i = 0; i < x.length && i < y.length; i++) {
    if (x[i] !== y[i]) return x[i].codePointAt(0)! - y[i].codePointAt(0)!;
  }
  return x.length - y.length;
}
