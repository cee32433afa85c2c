import type { Figure } from "./figure";
import { curvesFigure } from "./curves-figure";
import { MODELS, SOURCES, type ThemeName } from "./theme";

/** Weight of the newest step in the running mean. */
const NEWEST = 0.15;

/** The loss of each step of a training and its running mean, in which the newest step weighs 15 %. Throws if there is no step. */
export function trainingFigure(losses: readonly number[], { title, theme }: { title: string; theme?: ThemeName }): Figure {
  let mean = losses[0];
  const smooth = losses.map((loss, i): [number, number] => [i + 1, (mean += NEWEST * (loss - mean))]);
  return curvesFigure([
    { name: "each step", colour: SOURCES.noise.colour, width: 1, points: losses.map((loss, i): [number, number] => [i + 1, loss]) },
    { name: "running mean", colour: MODELS.pretrained.colour, points: smooth },
  ], { title, x: { title: "step" }, y: { title: "loss of the step's images" }, theme });
}
