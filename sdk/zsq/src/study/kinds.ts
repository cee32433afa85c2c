import { distillKind } from "./distill-task";
import { evaluateKind } from "./evaluate-task";
import { histogramKind } from "./histogram-task";
import { methodDetectionsKind } from "./method-detections-task";
import { methodImagesKind } from "./method-images-task";
import { scoreKind } from "./score-task";
import { summarizeKind } from "./summarize-task";
import type { TaskKind, TaskKinds } from "./task";
import { trainKind } from "./train-task";
import { whatIfKind } from "./what-if-task";

// a kind's parameters are what its own task function wrote
const kind = <P>(of: TaskKind<P>): TaskKind => of as unknown as TaskKind;

/** The task kinds of the study, as the executor and its processes look them up. */
export const kinds: TaskKinds = {
  train: kind(trainKind),
  distill: kind(distillKind),
  "calibrate-and-evaluate": kind(evaluateKind),
  "method-images": kind(methodImagesKind),
  "method-detections": kind(methodDetectionsKind),
  score: kind(scoreKind),
  summarize: kind(summarizeKind),
  histograms: kind(histogramKind),
  "what-if": kind(whatIfKind),
};
