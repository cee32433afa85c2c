// The public API as a notebook sees it: by package name, without `exports`, in TypeScript 5.0. Only compiled, never run.
import { CocoEvaluator, evaluate, iouThresholds, mask, recallThresholds, StreamingEvaluator } from "coco-eval-ts";
import * as dfd from "danfojs-node";
import * as zsq from "zsq";
import { Architecture, calibrate, chooseQParams, detect, openDataset, perAxis, perTensor, quantizeDetector, retinaNetEmbedded, retinaNetR50, scheme } from "zsq";
import { paperTable, progressLine, runTable1, show, showTable, sizeTable, studyOptions, table1Figure, table1Table, verdictTable, writeReport } from "zsq";
import type { Detector, Figure, QParams, Scheme, Table1Result, Table1Row } from "zsq";

declare const detector: Detector;
declare const rows: Table1Row[];

// Detectors
const architecture = new Architecture(retinaNetR50(91));
export const count: number = architecture.parameterCount;
export const sizeMiB: number = architecture.sizeMiB(8);
// @ts-expect-error a configuration, not a name
new Architecture("retinanet");
// @ts-expect-error the number of classes is a number
retinaNetEmbedded("3");

// Quantization
export const qparams: QParams = chooseQParams(-1, 3, 8, { symmetric: true });
export const w8a4: Scheme = scheme("W8A4", { inputRange: "image", weights: { granularity: perAxis(3) }, activations: { percentile: 99.9 } });
// @ts-expect-error unknown treatment of the image's range
scheme("W8A8", { inputRange: "known" });
// @ts-expect-error activations have one scale per tensor
scheme("W8A8", { activations: { granularity: perAxis(3) } });
// @ts-expect-error a range needs two ends
chooseQParams(-1);
export const whole: typeof perTensor = perTensor;

// Data, evaluation
export const dataset: ReturnType<typeof openDataset> = openDataset("annotations.json", { imageFolder: "images" });
export const functions = [calibrate, detect, quantizeDetector];
// @ts-expect-error a detector, not its weights
quantizeDetector(new Map(), w8a4);
// @ts-expect-error a batch of images, not a data set
detect(detector, dataset);

// The study
export const run: Promise<Table1Result> = runTable1({ ...studyOptions({ scale: "smoke", seed: 2 }), onProgress: progressLine() });
void run.then(({ rows: [{ map: { mean, ci95, seeds }, model, precision }], verdicts: [{ seen }] }) => {
  const numbers: number[] = [mean, ...ci95, seeds];
  const names: ["pretrained" | "fine-tuned", "W32A32" | "W8A8" | "W8A4", "seen" | "not seen" | "reversed"] = [model, precision, seen];
  // @ts-expect-error no such model
  const isOther = model === "other";
  return [numbers, names, isOther];
});
// @ts-expect-error unknown scale
studyOptions({ scale: "large" });
// @ts-expect-error a seed is a number
void runTable1({ seed: "1" });

// Figures, tables, report
export const figure: Figure = table1Figure(rows, [], { theme: "dark", columns: 1 });
show(figure, { name: "table1" });
showTable(table1Table(rows, []), { caption: "Table 1" });
for (const table of [paperTable(rows, []), sizeTable(), verdictTable([])]) showTable(table, { caption: "tables" });
showTable(new dfd.DataFrame(table1Table(rows)), { caption: "Table 1" });
export const report: Promise<string> = writeReport({ out: "out", profile: "embedded" });
progressLine({ everyMs: 500 })({ done: 1, total: 2, task: "distil", secondsLeft: null });
// @ts-expect-error a figure needs a name
show(figure);
// @ts-expect-error a table needs a caption
showTable(table1Table(rows), {});
// @ts-expect-error unknown theme
table1Figure(rows, [], { theme: "sepia" });
// @ts-expect-error a row has more than a model
table1Figure([{ model: "pretrained" }]);
// @ts-expect-error there is no such export
export const missing = zsq.distilled;

// coco-eval-ts
const evaluator = new CocoEvaluator({ images: [{ id: 1, width: 160, height: 128 }], categories: [{ id: 1, name: "person" }], annotations: [] });
export const stats: ArrayLike<number> = evaluator.add([{ image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], score: 0.5 }]).evaluate().stats;
export const thresholds = [iouThresholds, recallThresholds];
export const evaluateGiven = evaluate;
export const best: number | undefined = evaluator.curves({ iou: 0.75 }).overall.best?.score;
export const confused: Int32Array = evaluator.confusion().matrix;
export const deltas: number[] = evaluator.errors().errors.map(({ delta }) => delta);
export const streamed = new StreamingEvaluator([{ id: 1 }]).add({ images: [{ id: 1 }], annotations: [], detections: [] }).evaluate().stats;
export const area: number = mask.area(mask.fromPolygon([0, 0, 4, 0, 4, 4], 8, 8));
// @ts-expect-error no such thing is compared
new CocoEvaluator({ images: [], categories: [], annotations: [] }, { iouType: "boxes" });
// @ts-expect-error a score is a number
evaluator.add([{ image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], score: "high" }]);
// @ts-expect-error ground truth is not its file's name
new CocoEvaluator("annotations.json");
