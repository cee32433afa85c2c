import type { EnoughImagesPoint } from "../distill/enough-images";
import { curvesFigure, type Curve } from "./curves-figure";
import type { Figure } from "./figure";
import { MODELS, SOURCES, type ThemeName } from "./theme";

/** Points of enoughImages for one kind of images. */
export interface EnoughImagesRun {
  name: string;
  points: readonly EnoughImagesPoint[];
}

const COLOURS = [SOURCES["distilled-mean"].colour, MODELS["fine-tuned"].colour, SOURCES["distilled-mean-std"].colour, MODELS.pretrained.colour];

/** The part of the final ranges that so many images reach: the mean over draws with points, lowest and highest dotted. Throws if there is no point. */
export function enoughImagesFigure(runs: readonly EnoughImagesRun[], { title, theme }: { title: string; theme?: ThemeName }): Figure {
  const curves = runs.flatMap(({ name, points }, i): Curve[] => {
    const curve = (label: string, value: (point: EnoughImagesPoint) => number, style: Partial<Curve>): Curve =>
      ({ name: label, colour: COLOURS[i % COLOURS.length], points: points.map((point) => [point.images, 100 * value(point)] as const), ...style });
    return [curve(name, ({ mean }) => mean, { markers: true }), curve(`${name}, lowest`, ({ low }) => low, { dash: "dot", width: 1 }), curve(`${name}, highest`, ({ high }) => high, { dash: "dot", width: 1 })];
  });
  const ticks = [...new Set(runs.flatMap(({ points }) => points.map(({ images }) => images)))].sort((a, b) => a - b);
  return curvesFigure(curves, { title, x: { title: "images (logarithmic)", log: true, ticks }, y: { title: "width of the ranges, % of that of all images" }, theme });
}
