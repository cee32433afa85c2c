import type { Figure } from "./figure";
import { curvesFigure } from "./curves-figure";
import { MODELS, SOURCES, type ThemeName } from "./theme";

/** A precision-recall curve: at every score, and as COCO interpolates it. */
export interface PrecisionRecall {
  /** by falling score */
  raw: readonly { recall: number; precision: number }[];
  /** at the 101 recalls */
  interpolated: readonly { recall: number; precision: number }[];
}

/** Precision against recall: at every score, with the envelope that COCO averages. Throws if there is no point. */
export function precisionRecallFigure({ raw, interpolated }: PrecisionRecall, { title, theme }: { title: string; theme?: ThemeName }): Figure {
  const points = (of: PrecisionRecall["raw"]): [number, number][] => of.map(({ recall, precision }) => [100 * recall, 100 * precision]);
  return curvesFigure([
    { name: "interpolated, at 101 recalls", colour: SOURCES["distilled-mean"].colour, markers: true, width: 0, points: points(interpolated) },
    { name: "at every score", colour: MODELS.pretrained.colour, points: points(raw) },
  ], { title, x: { title: "recall (percent)", range: [0, 102], ticks: [0, 20, 40, 60, 80, 100] }, y: { title: "precision (percent)", range: [0, 104], ticks: [0, 20, 40, 60, 80, 100] }, theme });
}
