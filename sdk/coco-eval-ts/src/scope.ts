import { countingSort, identity } from "./counting-sort";
import { placeIds, type Places } from "./ids";
import type { ListedIds } from "./params";
import type { Id, Params } from "./types";

/** Which images and categories take part, and where each is. */
export interface Scope {
  /** places of image ids in params.imgIds */
  images: Places;
  /** places of category ids among the distinct ones of params.catIds */
  categories: Places;
  /** image ids that the ground truth lists: a detection on any other is an error */
  listedImages: ReadonlySet<Id>;
  /** categories count as one (useCats is 0) */
  asOne: boolean;
  imageCount: number;
  /** K: 1 when useCats is 0 */
  categoryCount: number;
  /** Records in file order (useCats 0: by category as in params.catIds, then file order), and their category in [0, K). */
  arrange: Arrange;
}

/** Order in which records are taken, and category of each record. */
export type Arrange = (category: Int32Array, count: number) => { order: Int32Array; category: Int32Array };

/** The scope of an evaluation. */
export function createScope(params: Params, listed: ListedIds): Scope {
  const distinct = [...new Set(params.catIds)];
  const categories = placeIds(listed.categories, distinct);
  const sequence = params.catIds.map((id) => categories.get(id)!);
  return {
    images: placeIds(listed.images, params.imgIds),
    categories,
    listedImages: new Set(listed.images),
    asOne: params.useCats === 0,
    imageCount: params.imgIds.length,
    categoryCount: params.useCats === 1 ? distinct.length : 1,
    arrange: (category, count) => (params.useCats === 1
      ? { order: identity(count), category }
      : { order: joinCategories(category.subarray(0, count), distinct.length, sequence), category: new Int32Array(count) }),
  };
}

// category after category; one listed twice comes twice, as in COCOeval
function joinCategories(category: Int32Array, distinct: number, sequence: readonly number[]): Int32Array {
  const sorted = countingSort(identity(category.length), category, distinct);
  const parts = sequence.map((k) => sorted.filter((i) => category[i] === k));
  const order = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    order.set(part, at);
    at += part.length;
  }
  return order;
}
