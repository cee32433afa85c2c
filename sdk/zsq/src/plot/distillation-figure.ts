import type { Figure } from "./figure";
import { curvesFigure, type Guide } from "./curves-figure";
import { MODELS, SOURCES, type ThemeName } from "./theme";

/** A distillation: its loss, or a part of it, before each iteration and after the last. */
export interface DistillationRun {
  name: string;
  history: readonly number[];
}

export interface DistillationFigureOptions {
  title: string;
  /** loss of other images, drawn across, such as that of real ones */
  references?: readonly { name: string; loss: number }[];
  theme?: ThemeName;
}

const COLOURS = [SOURCES["distilled-mean"].colour, SOURCES["distilled-mean-std"].colour, MODELS.pretrained.colour, MODELS["fine-tuned"].colour];

/** How the loss falls during distillation, on a logarithmic axis. Throws if there is no positive loss. */
export function distillationFigure(runs: readonly DistillationRun[], { title, references = [], theme }: DistillationFigureOptions): Figure {
  const curves = runs.map(({ name, history }, i) => ({ name, colour: COLOURS[i % COLOURS.length], points: history.map((loss, k): [number, number] => [k, loss]) }));
  const guides = references.map(({ name, loss }): Guide => ({ name, axis: "y", at: loss }));
  return curvesFigure(curves, { title, x: { title: "iterations" }, y: { title: "squared distance from stored (logarithmic)", log: true }, guides, theme });
}
