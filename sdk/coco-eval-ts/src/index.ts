// evaluation
export { CocoEvaluator, evaluate } from "./evaluator";
export type { ImageMatches } from "./image-matches";
export type { ConfusionMatrix, ConfusionOptions } from "./confusion";
export type { ErrorName, ErrorOptions, ErrorSplit } from "./error-split";
export type { CurveOptions, OperatingPoint, ScoreCurve, ScoreCurves } from "./score-curves";
export { StreamingEvaluator } from "./streaming";
export type { Shard, ShardArrays, StreamingOptions } from "./streaming";
export { CocoEvalError } from "./errors";
export type { Fault, Source } from "./errors";
export type { Label } from "./summarize";
export { parseJson } from "./parse-json";
export { formatPerCategory, formatSummary } from "./format";
export { formatConfusion, formatCurves, formatErrors } from "./format-reports";

// confidence intervals
export { bootstrap, pairedBootstrap } from "./bootstrap";
export type { BootstrapOptions, Interval } from "./bootstrap";

// masks
export * as mask from "./mask";

// thresholds
export { areaRanges, iouThresholds, recallThresholds } from "./thresholds";

// types
export type {
  Annotation, AnnotationArrays, Category, CategoryResult, Detection, DetectionArrays, Detections, EvaluateOptions, Evaluation, Figure, GroundTruth, GroundTruthArrays, Id, Image, IouType,
  KeypointDetection,   MaskDetection, Params, Warning, Xywh,
} from "./types";
