import { openDataset } from "../datasets/image-dataset";
import { distillPresets } from "../distill/presets";
import { calibratorName } from "../quantize/calibrators/spec";
import { scheme } from "../quantize/scheme";
import { loadDetector } from "../weights/checkpoint";
import { independentImages } from "./calibration-images";
import type { DistillParameters, DistillValue } from "./distill-task";
import { hashInputs, seedOf } from "./model-inputs";
import { eachImage, pixelsOf, writePicture } from "./pictures";
import type { StudyModel, StudyPlan } from "./profiles";
import { figure1Schema, type Figure1Result, type Figure1Row } from "./result-schema";
import { computed, resultHead, runStudy, type PlanOptions, type RunStudyOptions } from "./run-study";
import { snapshotName } from "./snapshot";
import { curveDistillation, TABLE1_SCHEMES } from "./table1-tasks";
import type { Task } from "./task";
import type { TaskResults } from "./task-results";

/**
 * Figure 1: the framework and the distillation, as this study runs them: layers, counts and presets of the pipeline, with
 * images of a run that Table 1 and Figures 2 and 4 share.
 *
 * The pictures are written to the folder figure1 beside the result. See runStudy for options, cache and errors.
 */
export const runFigure1 = (options: RunStudyOptions = {}): Promise<Figure1Result> => runStudy("figure1", options, figure1OfPlan);

/** The distillations of Figure 1, one per model: the first task of the first seed. Throws if a checkpoint or a data set is missing. */
export const figure1Tasks = (plan: StudyPlan, seed: number): Task[] =>
  plan.models.map((model) => curveDistillation(plan, seedOf(seed, 0), model, hashInputs(model, "figure1").checkpoint, "distilled-mean")[0]);

/** Figure 1 of any plan whose models and data are there; pictures are written to `out` unless it is null. See runFigure1. */
export async function figure1OfPlan(plan: StudyPlan, seed: number, options: PlanOptions = {}, out: string | null = null): Promise<Figure1Result> {
  const tasks = figure1Tasks(plan, seed);
  const results = await computed(tasks, options);
  const described = await Promise.all(plan.models.map((model, m) => describe(model, plan, seed, tasks[m], results, out)));
  const { images, iterations } = plan.counts;
  const { preset } = tasks[0].parameters as unknown as DistillParameters;
  const { loss, learningRate } = distillPresets[preset];
  const [height, width] = plan.imageShape;
  const schemes = TABLE1_SCHEMES.map(({ precision, inputRange }) => scheme(precision, { inputRange }));
  return figure1Schema.parse({
    ...resultHead("figure1", plan, seed, plan.models.flatMap((model) => hashInputs(model, "figure1").listed)), rows: described.map(({ row }) => row), paper: [], verdicts: [],
    distillation: { preset, loss: loss.name, learningRate, images, iterations, height, width },
    scheme: { precisions: [...new Set(TABLE1_SCHEMES.map(({ precision }) => precision))], calibrator: calibratorName(schemes[0].activations.calibrator), granularity: schemes[0].weights.granularity.kind === "perAxis" ? "per output channel" : "per tensor" },
    layers: described[0].layers,
  });
}

interface Described { row: Figure1Row; layers: Figure1Result["layers"] }

async function describe({ model, dataset, checkpoint, train, val, images }: StudyModel, { counts: { curve, iterations }, imageShape }: StudyPlan, seed: number, task: Task, results: TaskResults, out: string | null): Promise<Described> {
  const detector = loadDetector(checkpoint);
  const { config: { image }, architecture } = detector;
  detector.dispose();
  const { tensors } = results.of(task);
  const { distances } = results.valueOf<DistillValue>(task);
  const lossAt = (i: number): number => Math.round(1e6 * distances[curve.indexOf(i)].mean) / 1e6;
  const picture = (kind: string, i: number): Promise<string> => writePicture(out, `figure1/${model}-${kind}.png`, eachImage(pixelsOf(tensors!.get(snapshotName(i))!, image), imageShape)[0], imageShape);
  const training = openDataset(train);
  const [place] = independentImages(training, 1, seedOf(seed, 0));
  const { pixels } = await training.load([place]);
  const layers = architecture.ofKind("batchNorm").map(({ name, output }) => ({ name, channels: output[3] }));
  const row = {
    model, dataset, convolutions: architecture.ofKind("conv").length, batchNorms: layers.length, channels: layers.reduce((sum, { channels }) => sum + channels, 0), parameters: architecture.parameterCount,
    trainImages: training.images.length, validationImages: images ?? openDataset(val).images.length,
    real: await writePicture(out, `figure1/${model}-real.png`, pixels, training.shapeOf(place)), noise: await picture("noise", 0), distilled: await picture("distilled", iterations),
    lossBefore: lossAt(0), lossAfter: lossAt(iterations),
  };
  return { row, layers };
}
