import { countingSort, gather } from "./counting-sort";
import { boxColumns, type BoxColumns } from "./box-columns";
import type { Keypoints } from "./keypoints";
import type { Rle } from "./mask/rle";
import type { Id } from "./types";

/** Annotations that take part, in file order, as columns. */
export interface AnnotationRecords {
  count: number;
  /** [count], place of the image */
  image: Int32Array;
  /** [count], place of the category */
  category: Int32Array;
  /** [count, 4]: x, y, width, height in pixels */
  boxes: Float64Array;
  /** [count], square pixels */
  area: Float64Array;
  /** [count], 1: may be matched any number of times */
  crowd: Uint8Array;
  /** [count], 1: neither found nor missed */
  ignore: Uint8Array;
  /** [count], how the id counts as a match: see IdKind */
  idKind: Uint8Array;
  /** [count] */
  ids: Id[];
  /** [count], where masks are compared */
  masks?: Rle[];
  /** where keypoints are compared */
  keypoints?: Keypoints;
}

/** pycocotools stores ids of matches as numbers where 0 means none: a zero id is no match, a text that is no number fails. */
export enum IdKind { Plain, Zero, NotNumeric }

/** Annotations by rising category, then image, then file order. */
export interface GroundTruthTable extends Omit<AnnotationRecords, "boxes" | "masks" | "keypoints"> {
  /** [count], place in the records */
  record: Int32Array;
  boxes: BoxColumns;
}

/** Room for `count` annotations. */
export function emptyAnnotations(count: number): AnnotationRecords {
  return {
    count,
    image: new Int32Array(count),
    category: new Int32Array(count),
    boxes: new Float64Array(4 * count),
    area: new Float64Array(count),
    crowd: new Uint8Array(count),
    ignore: new Uint8Array(count),
    idKind: new Uint8Array(count),
    ids: new Array<Id>(count),
  };
}

/**
 * Sorts annotations into cells.
 *
 * - **order** – places in the records, in file order
 * - **category** – [records], in [0, categories)
 */
export function tabulate(records: AnnotationRecords, order: Int32Array, category: Int32Array, images: number, categories: number): GroundTruthTable {
  const places = countingSort(countingSort(order, records.image, images), category, categories);
  const n = places.length, ids = new Array<Id>(n);
  for (let i = 0; i < n; i++) ids[i] = records.ids[places[i]];
  return {
    count: n,
    record: places,
    image: gather(records.image, places, new Int32Array(n)),
    category: gather(category, places, new Int32Array(n)),
    boxes: boxColumns(records.boxes, places),
    area: gather(records.area, places, new Float64Array(n)),
    crowd: gather(records.crowd, places, new Uint8Array(n)),
    ignore: gather(records.ignore, places, new Uint8Array(n)),
    idKind: gather(records.idKind, places, new Uint8Array(n)),
    ids,
  };
}
