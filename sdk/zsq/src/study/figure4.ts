import { openDataset } from "../datasets/image-dataset";
import type { Pixels } from "../datasets/decode-image";
import { chroma } from "../distill/chroma";
import { loadDetector } from "../weights/checkpoint";
import { independentImages } from "./calibration-images";
import { meanInterval } from "./comparison";
import { figure4Verdicts } from "./figure4-verdicts";
import { hashInputs, seedOf } from "./model-inputs";
import { eachImage, pixelsOf, writePicture } from "./pictures";
import type { StudyModel, StudyPlan } from "./profiles";
import { figure4Schema, type Figure4Reference, type Figure4Result, type Figure4Row } from "./result-schema";
import { computed, resultHead, runStudy, type PlanOptions, type RunStudyOptions } from "./run-study";
import { snapshotName } from "./snapshot";
import { curveDistillation } from "./table1-tasks";
import type { TaskResults } from "./task-results";
import type { Task } from "./task";

/** Side in pixels of the squares over which colour is averaged before it is measured a second time. */
const POOL = 8;

/**
 * Figure 4: the distilled images of both detectors against the iterations, with the colour that is in them, beside real ones.
 *
 * The pictures are written to the folder figure4 beside the result. See runStudy for options, cache and errors.
 */
export const runFigure4 = (options: RunStudyOptions = {}): Promise<Figure4Result> => runStudy("figure4", options, figure4OfPlan);

/** The distillations of Figure 4, by model: those of all seeds. Throws if a checkpoint or a data set is missing. */
export const figure4Tasks = (plan: StudyPlan, seed: number): Task[][] =>
  plan.models.map((model) => {
    const { checkpoint } = hashInputs(model, "figure4");
    return Array.from({ length: plan.counts.seeds }, (_, k) => k).flatMap((k) => curveDistillation(plan, seedOf(seed, k), model, checkpoint, "distilled-mean"));
  });

/** Figure 4 of any plan whose models and data are there; pictures are written to `out` unless it is null. See runFigure4. */
export async function figure4OfPlan(plan: StudyPlan, seed: number, options: PlanOptions = {}, out: string | null = null): Promise<Figure4Result> {
  const distillations = figure4Tasks(plan, seed);
  const results = await computed(distillations.flat(), options);
  const galleries = await Promise.all(plan.models.map((model, m) => gallery(model, plan, distillations[m], results, out)));
  const references = await Promise.all(plan.models.map((model) => reference(model, seed, plan.counts.images, out)));
  const [pretrained, fineTuned] = (["pretrained", "fine-tuned"] as const).map((name) => galleries[plan.models.findIndex(({ model }) => model === name)].colours.get(plan.counts.iterations)!);
  const difference = (kind: "chroma" | "chromaPooled") => meanInterval(fineTuned.map((one, i) => one[kind] - pretrained[i][kind]), plan.counts.resamples, seed);
  return figure4Schema.parse({
    ...resultHead("figure4", plan, seed, plan.models.flatMap((model) => hashInputs(model, "figure4").listed)), rows: galleries.flatMap(({ rows }) => rows), references, paper: [],
    verdicts: figure4Verdicts({ iterations: plan.counts.iterations, chroma: difference("chroma"), chromaPooled: difference("chromaPooled") }),
  });
}

interface Colour { chroma: number; chromaPooled: number }

// rows of one model, and the colour of each image (seed by seed) after each number of iterations
async function gallery({ model, checkpoint }: StudyModel, { counts: { curve }, imageShape }: StudyPlan, distillations: readonly Task[], results: TaskResults, out: string | null): Promise<{ rows: Figure4Row[]; colours: Map<number, Colour[]> }> {
  const detector = loadDetector(checkpoint);
  const { image } = detector.config;
  detector.dispose();
  const colours = new Map(curve.map((iterations): [number, Colour[]] => [iterations, []])), paths = new Map<number, string>();
  for (const task of distillations) {
    const { tensors } = results.of(task); // one task's images in memory
    for (const iterations of curve) {
      const images = eachImage(pixelsOf(tensors!.get(snapshotName(iterations))!, image), imageShape);
      if (!paths.has(iterations)) paths.set(iterations, await writePicture(out, `figure4/${model}-${iterations}.png`, images[0], imageShape));
      colours.get(iterations)!.push(...images.map((one) => colourOf(one, imageShape)));
    }
  }
  return { rows: curve.map((iterations) => ({ model, iterations, image: paths.get(iterations)!, ...average(colours.get(iterations)!) })), colours };
}

// the colour of as many real training images as are distilled, and one of them as a picture
async function reference({ model, dataset, train }: StudyModel, seed: number, count: number, out: string | null): Promise<Figure4Reference> {
  const training = openDataset(train), colours: Colour[] = [];
  let image = "";
  for (const place of independentImages(training, count, seedOf(seed, 0))) {
    const { pixels } = await training.load([place]), shape = training.shapeOf(place);
    if (!colours.length) image = await writePicture(out, `figure4/${model}-real.png`, pixels, shape);
    colours.push(colourOf(pixels, shape));
  }
  return { model, dataset, image, ...average(colours) };
}

const colourOf = (pixels: Pixels, shape: readonly [number, number]): Colour => ({ chroma: chroma(pixels, shape), chromaPooled: chroma(pixels, shape, POOL) });

function average(colours: readonly Colour[]): Colour {
  const mean = (kind: keyof Colour): number => Math.round((1e6 * colours.reduce((sum, one) => sum + one[kind], 0)) / colours.length) / 1e6;
  return { chroma: mean("chroma"), chromaPooled: mean("chromaPooled") };
}
