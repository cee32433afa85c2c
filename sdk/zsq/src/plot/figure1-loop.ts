import type { Figure1Result, Figure1Row } from "../study/result-schema";
import { Diagram } from "./diagram";
import type { Drawing, FigureOptions } from "./figure";
import { NARROW, narrowLoop, short } from "./figure1-narrow";
import { pictureOf } from "./figure1-pictures";
import { MODELS, SOURCES } from "./theme";

const SIZE = { width: 1000, height: 286 };
const UPPER = 40, LOWER = 138, MIDDLE = 118, RETURN = 250;

/**
 * Figure 1b: the loop that distils an image. The network is frozen; its batch norms measure the image, the loss compares
 * that with what they have stored, and its gradient changes the image. The bars are the channels of the batch norms. From
 * left to right, or with one column downwards.
 *
 * - **pictures** – the images as data URIs by the rows' paths (see figure1Pictures)
 *
 * Throws if a picture is missing.
 *
 * @example show(figure1Loop(result, await figure1Pictures(result, options)), { name: "figure1-loop" })
 */
export function figure1Loop(result: Pick<Figure1Result, "rows" | "distillation" | "layers">, pictures: ReadonlyMap<string, string>, { theme = "light", columns = 2 }: FigureOptions = {}): Drawing {
  const row = result.rows[result.rows.length - 1];
  const diagram = columns === 1 ? new Diagram(NARROW.width, NARROW.loop, theme) : new Diagram(SIZE.width, SIZE.height, theme);
  if (columns === 1) narrowLoop(diagram, row, result, pictures);
  else wideLoop(diagram, row, result, pictures);
  const { loss, preset, learningRate, iterations, height, width } = result.distillation;
  const text = [`${row.model}: noise of ${height} x ${width} x 3, ${row.batchNorms} batch norms with ${row.channels} channels, ${statisticsOf(loss)} measured and stored, loss ${loss} from ${row.lossBefore} to ${row.lossAfter} in ${iterations} iterations, Adam with rate ${learningRate} (preset ${preset})`];
  return diagram.drawing("The loop of distillation: image, frozen network, measured and stored statistics, loss, gradient to the image", text);
}

const statisticsOf = (loss: string): string => (loss === "mean" ? "means" : "means and deviations");

function wideLoop(diagram: Diagram, row: Figure1Row, { distillation, layers }: Pick<Figure1Result, "distillation" | "layers">, pictures: ReadonlyMap<string, string>): void {
  const { loss, preset, learningRate, iterations, height, width } = distillation;
  const statistics = statisticsOf(loss);
  const y = MIDDLE - 40, picture = { y, width: 100, height: 80 };
  diagram.picture({ ...picture, x: 10 }, pictureOf(pictures, row.noise));
  diagram.label([10, y - 10], ["noise, N(0, 1)"]);
  diagram.label([10, y + 98], [`${height} x ${width} x 3`]);
  diagram.arrow([[110, MIDDLE], [168, MIDDLE]]);
  diagram.label([116, MIDDLE - 6], ["starts"]);
  diagram.picture({ ...picture, x: 168 }, pictureOf(pictures, row.distilled));
  diagram.label([168, y - 10], [`image, iteration ${iterations}`]);
  diagram.arrow([[268, MIDDLE], [316, MIDDLE]]);
  diagram.box({ x: 316, y: UPPER, width: 196, height: 156 }, "frozen detector", [`${row.model}, ${row.batchNorms} batch`, `norms, ${row.channels} channels`, "", "", ""]);
  const most = Math.max(...layers.map(({ channels }) => channels));
  diagram.bars({ x: 332, y: 134, width: 164, height: 48 }, layers.map(({ channels }) => channels / most), MODELS[row.model].colour);
  diagram.box({ x: 570, y: UPPER, width: 160, height: 58 }, "measured", [`${statistics} of the image`]);
  diagram.box({ x: 570, y: LOWER, width: 160, height: 58 }, "stored", [`running ${statistics}`]);
  for (const line of [UPPER + 29, LOWER + 29]) diagram.arrow([[512, line], [570, line]]);
  diagram.box({ x: 800, y: UPPER + 20, width: 190, height: 116 }, `loss: ${loss}`, ["squared distance,", "averaged over layers", `${short(row.lossBefore)} \u2192 ${short(row.lossAfter)}`]);
  for (const line of [UPPER + 29, LOWER + 29]) diagram.arrow([[730, line], [800, line]]);
  const { colour } = SOURCES["distilled-mean"];
  diagram.arrow([[895, UPPER + 136], [895, RETURN], [218, RETURN], [218, y + 80]], { colour });
  diagram.label([230, RETURN - 8], [`gradient to the image: Adam, rate ${learningRate}, ${iterations} iterations (preset ${preset})`]);
}
