import type { Figure1Result, Figure1Row } from "../study/result-schema";
import { Diagram, type Place } from "./diagram";
import type { Drawing, FigureOptions } from "./figure";
import { millions, NARROW, narrowLane } from "./figure1-narrow";
import { pictureOf } from "./figure1-pictures";
import { SOURCES } from "./theme";

const SIZE = { width: 1000, top: 14, lane: 214 };
/** Left edge and width of what stands in a lane, from left to right. */
const COLUMNS = { real: [10, 100], detector: [152, 166], distilled: [386, 100], calibration: [536, 156], quantized: [722, 168], map: [918, 76] } as const;
const STEP = { y: 46, height: 80 };

/**
 * Figure 1a: from each detector to distilled images, calibration, the quantized detector and its mAP, beside calibration
 * with real images; the second detector is fine-tuned from the first. From left to right, or with one column downwards.
 *
 * - **pictures** – the images as data URIs by the rows' paths (see figure1Pictures)
 *
 * Throws if a picture is missing.
 *
 * @example show(figure1Framework(result, await figure1Pictures(result, options)), { name: "figure1-framework" })
 */
export function figure1Framework(result: Pick<Figure1Result, "rows" | "distillation" | "scheme">, pictures: ReadonlyMap<string, string>, { theme = "light", columns = 2 }: FigureOptions = {}): Drawing {
  const { rows } = result;
  const diagram = columns === 1 ? new Diagram(NARROW.width, rows.length * NARROW.lane, theme) : new Diagram(SIZE.width, SIZE.top + rows.length * SIZE.lane, theme);
  rows.forEach((row, i) => (columns === 1 ? narrowLane(diagram, i * NARROW.lane, row, rows[i - 1], result, pictures) : lane(diagram, SIZE.top + i * SIZE.lane, row, result, pictures)));
  if (columns === 2) rows.slice(1).forEach((row, i) => fineTuning(diagram, SIZE.top + i * SIZE.lane, row));
  const { images, iterations } = result.distillation;
  const text = rows.map(({ model, dataset, batchNorms, convolutions, validationImages }) => `${model} (${dataset}): ${convolutions} convolutions, ${batchNorms} batch norms; ${images} images distilled in ${iterations} iterations, or as many real ones; calibration ${result.scheme.calibrator}; ${result.scheme.precisions.join(" and ")}; mAP on ${validationImages} images`);
  return diagram.drawing(`The framework: ${rows.map(({ model }) => model).join(" and ")} detector, distilled images, calibration, quantized detector, mAP`, text);
}

function lane(diagram: Diagram, top: number, row: Figure1Row, { distillation, scheme }: Pick<Figure1Result, "distillation" | "scheme">, pictures: ReadonlyMap<string, string>): void {
  const at = (column: keyof typeof COLUMNS): Place => ({ x: COLUMNS[column][0], width: COLUMNS[column][1], y: top + STEP.y, height: STEP.height });
  const [real, detector, distilled, calibration, quantized, map] = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).map(at);
  const middle = top + STEP.y + STEP.height / 2, bottom = top + STEP.y + STEP.height;
  const { colour: ptq } = SOURCES.real, { colour: zeroShot } = SOURCES["distilled-mean"];
  diagram.picture(real, pictureOf(pictures, row.real));
  diagram.label([real.x, top + STEP.y - 22], [`${row.trainImages} training images,`, row.dataset]);
  diagram.box(detector, `${row.model} detector`, [`${millions(row.parameters)} parameters`, `${row.convolutions} convolutions`, `${row.batchNorms} batch norms`]);
  diagram.picture(distilled, pictureOf(pictures, row.distilled));
  diagram.label([distilled.x, bottom + 16], [`${distillation.images} distilled images,`, `${distillation.iterations} iterations`]);
  diagram.box(calibration, "calibration", ["ranges of activations:", scheme.calibrator]);
  diagram.box(quantized, "quantized detector", [scheme.precisions.join(", ")]);
  diagram.box(map, "mAP", [`${row.validationImages} images`]);
  diagram.arrow([[end(real), middle], [detector.x, middle]]);
  diagram.label([end(real) + 6, middle - 6], ["trains"]);
  diagram.arrow([[end(detector), middle], [distilled.x, middle]], { colour: zeroShot });
  diagram.label([end(detector) + 5, middle - 6], ["statistics"]);
  diagram.arrow([[end(distilled), middle], [calibration.x, middle]], { colour: zeroShot });
  diagram.label([end(distilled) + 6, middle - 21], ["zero-", "shot"]);
  diagram.arrow([[end(calibration), middle], [quantized.x, middle]]);
  diagram.arrow([[end(quantized), middle], [map.x, middle]]);
  const weights = detector.x + detector.width - 30;
  diagram.arrow([[weights, top + STEP.y], [weights, top + 22], [quantized.x + quantized.width / 2, top + 22], [quantized.x + quantized.width / 2, top + STEP.y]]);
  diagram.label([distilled.x, top + 16], [`weights, ${scheme.granularity}`]);
  const below = bottom + 52;
  diagram.arrow([[real.x + real.width / 2, bottom], [real.x + real.width / 2, below], [calibration.x + calibration.width / 2, below], [calibration.x + calibration.width / 2, bottom]], { colour: ptq, isDashed: true });
  diagram.label([calibration.x + calibration.width / 2 + 10, below - 4], [`or ${distillation.images} ${SOURCES.real.label}`]);
}

// from the detector of a lane to that of the next
function fineTuning(diagram: Diagram, top: number, { dataset }: Figure1Row): void {
  const x = COLUMNS.detector[0] + 40;
  const bottom = top + STEP.y + STEP.height;
  diagram.arrow([[x, bottom], [x, top + SIZE.lane + STEP.y]]);
  diagram.label([x + 8, bottom + 18], ["fine-tuned on", dataset], { isStrong: true });
}

const end = ({ x, width }: Place): number => x + width;
