import type { Figure1Result, Figure1Row } from "../study/result-schema";
import type { Diagram, Place } from "./diagram";
import { pictureOf } from "./figure1-pictures";
import { MODELS, SOURCES } from "./theme";

/** Sizes of the drawings of Figure 1 for narrow screens. */
export const NARROW = { width: 360, lane: 664, loop: 560 } as const;

const CENTRE = 180, BOX = { x: 70, width: 220 }, PICTURE = { x: 130, width: 100, height: 80 };
const RAILS = { left: 30, right: 330 };

type Pictures = ReadonlyMap<string, string>;

/** One detector's way from training to mAP, downwards from `top`; `before`: the detector that it was fine-tuned from. */
export function narrowLane(diagram: Diagram, top: number, row: Figure1Row, before: Figure1Row | undefined, { distillation, scheme }: Pick<Figure1Result, "distillation" | "scheme">, pictures: Pictures): void {
  const { images, iterations } = distillation, { colour: ptq } = SOURCES.real, { colour: zeroShot } = SOURCES["distilled-mean"];
  const [first, ...rest] = SOURCES.real.label.split(" ");
  const at = (y: number, height: number): Place => ({ ...BOX, y: top + y, height });
  const down = (from: number, to: number, words: string, colour?: string): void => {
    diagram.arrow([[CENTRE, top + from], [CENTRE, top + to]], { ...(colour && { colour }) });
    diagram.label([CENTRE + 8, top + (from + to) / 2 + 2], [words]);
  };
  diagram.label([CENTRE, top + 14], [`${row.trainImages} training images, ${row.dataset}`], { anchor: "middle" });
  diagram.picture({ ...PICTURE, y: top + 24 }, pictureOf(pictures, row.real));
  down(104, 138, before ? "fine-tunes" : "trains");
  diagram.box(at(138, before ? 95 : 80), `${row.model} detector`, [...(before ? [`from the ${before.model} one`] : []), `${millions(row.parameters)} parameters`, `${row.convolutions} convolutions`, `${row.batchNorms} batch norms`]);
  down(before ? 233 : 218, 267, "statistics", zeroShot);
  diagram.picture({ ...PICTURE, y: top + 267 }, pictureOf(pictures, row.distilled));
  diagram.label([PICTURE.x + PICTURE.width + 8, top + 296], [`${images} distilled`, "images,", `${iterations} iterations`]);
  down(347, 381, "zero-shot", zeroShot);
  diagram.box(at(381, 68), "calibration", ["ranges of activations:", scheme.calibrator]);
  down(449, 495, "");
  diagram.label([RAILS.right - 8, top + 466], ["weights,", scheme.granularity], { anchor: "end" });
  diagram.box(at(495, 52), "quantized detector", [scheme.precisions.join(", ")]);
  down(547, 581, "");
  diagram.box(at(581, 52), "mAP", [`${row.validationImages} images`]);
  diagram.arrow([[PICTURE.x, top + 64], [RAILS.left, top + 64], [RAILS.left, top + 415], [BOX.x, top + 415]], { colour: ptq, isDashed: true });
  diagram.label([RAILS.left + 8, top + 300], [`or ${images} ${first}`, rest.join(" ")]);
  diagram.arrow([[BOX.x + BOX.width, top + 178], [RAILS.right, top + 178], [RAILS.right, top + 521], [BOX.x + BOX.width, top + 521]]);
}

/** The loop of distillation, downwards, its way back on the right. */
export function narrowLoop(diagram: Diagram, row: Figure1Row, { distillation, layers }: Pick<Figure1Result, "distillation" | "layers">, pictures: Pictures): void {
  const { loss, preset, learningRate, iterations, height, width } = distillation, image = { x: 168, y: 30, width: 100, height: 80 };
  const whole = { x: 10, width: 310 }, middle = image.x + image.width / 2, rail = 344;
  diagram.label([10, 20], ["noise, N(0, 1)"]);
  diagram.picture({ ...image, x: 10 }, pictureOf(pictures, row.noise));
  diagram.label([10, 128], [`${height} x ${width} x 3`]);
  diagram.arrow([[110, 70], [image.x, 70]]);
  diagram.label([117, 64], ["starts"]);
  diagram.label([image.x, 20], [`image, iteration ${iterations}`]);
  diagram.picture(image, pictureOf(pictures, row.distilled));
  diagram.arrow([[middle, 110], [middle, 146]]);
  diagram.box({ ...whole, y: 146, height: 140 }, "frozen detector", [`${row.model}, ${row.batchNorms} batch norms, ${row.channels} channels`, "", "", "", ""]);
  const most = Math.max(...layers.map(({ channels }) => channels));
  diagram.bars({ x: 26, y: 218, width: 278, height: 54 }, layers.map(({ channels }) => channels / most), MODELS[row.model].colour);
  const statistics = loss === "mean" ? ["means"] : ["means and", "deviations"];
  const last = statistics.length - 1, tall = 52 + 15 * last, pair = { y: 318, height: tall, width: 150 };
  diagram.box({ ...pair, x: 10 }, "measured", statistics.map((line, i) => (i === last ? `${line} of the image` : line)));
  diagram.box({ ...pair, x: 170 }, "stored", statistics.map((line, i) => (i === 0 ? `running ${line}` : line)));
  for (const x of [85, 245]) {
    diagram.arrow([[x, 286], [x, 318]]);
    diagram.arrow([[x, 318 + tall], [x, 402 + 15 * last]]);
  }
  const bottom = 402 + 15 * last;
  diagram.box({ ...whole, y: bottom, height: 84 }, `loss: ${loss}`, ["squared distance, averaged over layers", `${short(row.lossBefore)} \u2192 ${short(row.lossAfter)}`]);
  diagram.arrow([[320, bottom + 42], [rail, bottom + 42], [rail, 70], [image.x + image.width, 70]], { colour: SOURCES["distilled-mean"].colour });
  diagram.label([10, bottom + 104], [`gradient to the image: Adam, rate ${learningRate},`, `${iterations} iterations (preset ${preset})`]);
}

/** A count in words where it is large, such as "2.4 million". */
export const millions = (count: number): string => (count >= 1e6 ? `${(count / 1e6).toFixed(1)} million` : String(count));

/** Three digits. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));
