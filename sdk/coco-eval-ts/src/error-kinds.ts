import { forEachCell } from "./match";
import type { PreparedImages } from "./prepare";

/** What became of a detection: why it finds nothing, if it does. */
export enum Kind { Correct, Class, Localization, Both, Duplicate, Background }

/** Errors of all detections and ground truths. */
export interface ErrorKinds {
  /** [slots] Kind */
  kind: Uint8Array;
  /** [slots], 1 where a crowd takes it: its error has no effect on precision */
  ignored: Uint8Array;
  /** [slots], row of the ground truth that a Localization or Class error would find if mended, -1 where it is taken or another's */
  target: Int32Array;
  /** [rows of ground truth], 1 where nothing found it */
  unfound: Uint8Array;
  /** [rows of ground truth], 1 where no error but Missed explains that it was not found */
  missed: Uint8Array;
}

/**
 * Matches each image's detections by category and names the error of those that find nothing.
 *
 * - **iou** – from which a detection finds its ground truth
 * - **background** – up to which it shows background
 *
 * Source: Bolya et al. 2020, section 2.2; in details equal to the authors' package tidecv.
 */
export function errorKinds(prepared: PreparedImages, iou: number, background: number): ErrorKinds {
  const { gt, slots } = prepared;
  const out: ErrorKinds = {
    kind: new Uint8Array(slots.count), ignored: new Uint8Array(slots.count), target: new Int32Array(slots.count).fill(-1),
    unfound: gt.crowd.map((crowd) => 1 - crowd), missed: new Uint8Array(gt.count),
  };
  const claims = new Int32Array(gt.count).fill(-1); // slot of the best error that points to each ground truth
  forEachCell(gt, slots, (first, last, from, to) => {
    const image = new ImageErrors(prepared, first, last, from, to);
    image.match(iou, out);
    image.explain(iou, background, out, claims);
    for (let g = from; g < to; g++) out.missed[g] = out.unfound[g] === 1 && claims[g] < 0 ? 1 : 0;
    for (let s = first; s < last; s++) if (out.target[s] >= 0 && claims[out.target[s]] !== s) out.target[s] = -1;
  });
  return out;
}

/** The overlaps of one image. */
class ImageErrors {
  // [detections, ground truths]
  private readonly overlap: Float64Array;
  private readonly width: number;

  constructor(
    private readonly prepared: PreparedImages, private readonly first: number, private readonly last: number,
    private readonly from: number, private readonly to: number,
  ) {
    this.width = to - from;
    this.overlap = new Float64Array((last - first) * this.width);
    for (let s = first; s < last; s++) prepared.overlaps.measure(prepared.slots.record[s], from, to, this.overlap.subarray((s - first) * this.width));
  }

  /** By falling score each detection takes the free ground truth of its category that it overlaps most, if by at least `iou`. */
  match(iou: number, { kind, ignored, unfound }: ErrorKinds): void {
    for (let s = this.first; s < this.last; s++) {
      const g = this.most(s, (row) => this.isSame(s, row) && unfound[row] === 1);
      if (g >= 0 && this.at(s, g) >= iou) unfound[g] = 0;
      else [kind[s], ignored[s]] = [Kind.Background, Number(this.overlapsCrowd(s, iou))];
    }
  }

  /** Names the error of each detection that found nothing. */
  explain(iou: number, background: number, { kind, target, unfound }: ErrorKinds, claims: Int32Array): void {
    for (let s = this.first; s < this.last; s++) {
      if (kind[s] === Kind.Correct) continue;
      const same = this.most(s, (g) => this.isSame(s, g)), other = this.most(s, (g) => !this.isSame(s, g));
      const near = same < 0 ? 0 : this.at(s, same), nearOther = other < 0 ? 0 : this.at(s, other);
      const found = this.most(s, (g) => this.isSame(s, g) && unfound[g] === 0);
      if (near >= background && near <= iou) [kind[s], target[s]] = [Kind.Localization, same];
      else if (nearOther >= iou) [kind[s], target[s]] = [Kind.Class, other];
      else if (found >= 0 && this.at(s, found) >= iou) kind[s] = Kind.Duplicate;
      else if (near > background || nearOther > background) kind[s] = Kind.Both;
      const g = target[s];
      if (g >= 0 && unfound[g] === 0) target[s] = -1;
      else if (g >= 0 && claims[g] < 0) claims[g] = s; // slots fall in score: the first is the best
    }
  }

  // the first of the ground truths that pass, crowds left out, with which detection s overlaps most, or -1
  private most(s: number, passes: (row: number) => boolean): number {
    const { gt } = this.prepared;
    let best = -1;
    for (let g = this.from; g < this.to; g++) if (gt.crowd[g] === 0 && passes(g) && (best < 0 || this.at(s, g) > this.at(s, best))) best = g;
    return best;
  }

  private overlapsCrowd(s: number, iou: number): boolean {
    for (let g = this.from; g < this.to; g++) if (this.prepared.gt.crowd[g] === 1 && this.isSame(s, g) && this.at(s, g) > iou) return true;
    return false;
  }

  private at(s: number, g: number): number {
    return this.overlap[(s - this.first) * this.width + g - this.from];
  }

  private isSame(s: number, g: number): boolean {
    return this.prepared.truthCategory[g] === this.prepared.category[s];
  }
}
