import { countingSort } from "./counting-sort";
import { checkIou } from "./errors";
import { errorKinds, Kind, type ErrorKinds } from "./error-kinds";
import { FALSE_POSITIVE, IGNORED, neededForRecall, PrecisionCurve, TRUE_POSITIVE } from "./precision-curve";
import type { PreparedImages } from "./prepare";

/** Kinds of errors: wrong category, badly placed, both, a second detection, background, an object not found. */
export type ErrorName = "Cls" | "Loc" | "Both" | "Dupe" | "Bkg" | "Miss";

/** What costs average precision. */
export interface ErrorSplit {
  /** average precision at the IoU threshold, averaged over categories with ground truth */
  ap: number;
  /** each kind, how often it occurs and by how much ap would rise without it */
  errors: { name: ErrorName; count: number; delta: number }[];
  /** by how much ap would rise without false positives */
  falsePositives: number;
  /** by how much ap would rise if everything were found */
  falseNegatives: number;
}

/** Thresholds of an error split. */
export interface ErrorOptions {
  /** IoU from which a detection finds its ground truth; defaults to .5 */
  iou?: number;
  /** IoU up to which a detection shows background; defaults to .1 */
  background?: number;
}

const KINDS: readonly (readonly [ErrorName, Kind])[] = [["Cls", Kind.Class], ["Loc", Kind.Localization], ["Both", Kind.Both], ["Dupe", Kind.Duplicate], ["Bkg", Kind.Background]];

// tidecv's, not those of COCOeval
const RECALLS = Array.from({ length: 101 }, (_, i) => i / 100);

/**
 * Splits the errors of a detector into kinds and measures what each costs: ap is computed anew with the errors of one
 * kind mended (a detection moved, its category changed, or removed) and the rest left as it is.
 *
 * - **categories** – how many there are
 *
 * Source: Bolya et al. 2020, TIDE.
 */
export function errorSplit(prepared: PreparedImages, categories: number, { iou = 0.5, background = 0.1 }: ErrorOptions): ErrorSplit {
  checkIou("errors", iou);
  if (!(background > 0 && background < iou)) throw new RangeError(`errors: invalid background: ${background}; expected a number in (0, ${iou})`);
  const kinds = errorKinds(prepared, iou, background), mender = new Mender(prepared, kinds, categories);
  const ap = mender.averagePrecision({}), rise = (mended: Mended): number => Math.max(mender.averagePrecision(mended) - ap, 0);
  const count = (kind: Kind): number => kinds.kind.reduce((sum, each) => sum + Number(each === kind), 0);
  return {
    ap,
    errors: [
      ...KINDS.map(([name, kind]) => ({ name, count: count(kind), delta: rise({ kind }) })),
      { name: "Miss", count: kinds.missed.reduce((sum, each) => sum + each, 0), delta: rise({ found: kinds.missed }) },
    ],
    falsePositives: rise({ falsePositives: true }),
    falseNegatives: rise({ found: kinds.unfound }),
  };
}

/** What is thought away. */
interface Mended {
  kind?: Kind;
  falsePositives?: boolean;
  /** [rows of ground truth], 1 where it need not be found */
  found?: Uint8Array;
}

/** Average precision with errors mended. */
class Mender {
  private readonly ranked: Int32Array;
  private readonly curve: PrecisionCurve;
  private readonly zeros: Int32Array;

  constructor(private readonly prepared: PreparedImages, private readonly kinds: ErrorKinds, private readonly categories: number) {
    const { slots } = prepared;
    this.ranked = slots.ranked(0, Infinity);
    this.curve = new PrecisionCurve(slots.count);
    this.zeros = new Int32Array(slots.count);
  }

  averagePrecision(mended: Mended): number {
    const statuses = new Uint8Array(this.ranked.length), category = new Int32Array(this.ranked.length), size = new Int32Array(this.categories + 1);
    this.ranked.forEach((s) => {
      [statuses[s], category[s]] = this.outcome(s, mended);
      size[category[s] + 1]++;
    });
    const byCategory = countingSort(this.ranked, category, this.categories), all = this.positives(), positives = this.positives(mended.found);
    let sum = 0, n = 0;
    for (let k = 0, from = 0; k < this.categories; from += size[++k]) {
      const slots = byCategory.subarray(from, from + size[k + 1]), counts = slots.some((s) => statuses[s] !== IGNORED);
      if (all[k] === 0 || (positives[k] === 0 && !counts)) continue;
      n++;
      if (positives[k] > 0) sum += this.area(statuses, slots, positives[k]);
    }
    return n === 0 ? 0 : sum / n;
  }

  private outcome(s: number, mended: Mended): [status: number, category: number] {
    const { kind, ignored, target } = this.kinds, { truthCategory, category } = this.prepared, own = category[s];
    if (kind[s] === Kind.Correct) return [TRUE_POSITIVE, own];
    if (kind[s] === mended.kind) return target[s] < 0 ? [IGNORED, own] : [TRUE_POSITIVE, truthCategory[target[s]]];
    return [ignored[s] === 1 || mended.falsePositives ? IGNORED : FALSE_POSITIVE, own];
  }

  // ground truths to find in each category
  private positives(found?: Uint8Array): Int32Array {
    const { gt, truthCategory } = this.prepared, positives = new Int32Array(this.categories);
    for (let g = 0; g < gt.count; g++) if (gt.crowd[g] === 0 && found?.[g] !== 1) positives[truthCategory[g]]++;
    return positives;
  }

  private area(statuses: Uint8Array, slots: Int32Array, positives: number): number {
    const { curve } = this, needed = neededForRecall(RECALLS, positives);
    curve.trace({ statuses, stride: 1, offset: 0, rows: slots, slots, skipped: this.zeros, count: slots.length });
    return needed.reduce((sum, n) => sum + (n <= curve.count ? curve.precisionAt(n) : 0), 0) / RECALLS.length;
  }
}
