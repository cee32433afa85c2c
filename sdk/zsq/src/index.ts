import "./tensor/node-compat";

// Randomness
export { Random, normals } from "./tensor/random";

// Detectors
export { Architecture, type LayerInfo, type LayerKind } from "./nn/architecture";
export { retinaNetEmbedded, retinaNetR50, type AnchorConfig, type DetectionConfig, type ImageConfig, type RetinaNetConfig } from "./nn/config";
export { Detector, type AsyncPredictor, type Predictor } from "./nn/detector";
export type { HeadOutputs } from "./nn/retinanet";
export type { Weights } from "./nn/weights";

// Quantization
export { chooseQParams, dequantize, fakeQuantize, fakeQuantizeFast, quantize, type QParams, type QParamsOptions } from "./quantize/affine";
export { arithmetics, type Arithmetic, type ArithmeticName, type ArithmeticOptions } from "./quantize/arithmetic";
export { calibrationOf, readCalibration, writeCalibration } from "./quantize/calibration-file";
export { Calibration, Calibrator, calibrate, type CalibrateOptions, type Calibrated } from "./quantize/calibrate";
export type { ActivationRange } from "./quantize/calibrators/observer";
export { calibratorName, entropy, histogramPercentile, l2Search, meanSquaredError, minMax, movingAverage, percentile, type CalibratorSpec } from "./quantize/calibrators/spec";
export { DynamicDetector, fakeQuantizeByImage, quantizeDynamically } from "./quantize/dynamic";
export { FoldedDetector, foldBatchNorms } from "./quantize/fold-batch-norm";
export { perAxis, perGroup, perTensor, type Granularity } from "./quantize/granularity";
export { QuantizedDetector, quantizeDetector } from "./quantize/quantized-detector";
export { imageRange, rangesOf, type Range } from "./quantize/range";
export { precisionName, scheme, type ActivationScheme, type LayerOverride, type Scheme, type SchemeOptions, type TensorRole, type WeightScheme } from "./quantize/scheme";
export { schemePresets, type SchemePresetName } from "./quantize/scheme-presets";

// Corrections without data
export { correctBiases, correctBiasesAnalytically } from "./quantize/corrections/bias-correction";
export { equalizeLayers, type EqualizeOptions } from "./quantize/corrections/equalize";
export { splitOutliers, type SplitOutliersOptions } from "./quantize/corrections/split-outliers";

// Insight into quantization
export { attributeLoss, PARTS, type LossShare } from "./quantize/insight/attribution";
export { floatExclusions, type FloatExclusions } from "./quantize/insight/float-exclusions";
export { layerReport, type LayerReportRow } from "./quantize/insight/layer-report";
export { layerSensitivity, rankCorrelation, type LayerSensitivity } from "./quantize/insight/sensitivity";
export type { Evaluate } from "./quantize/insight/subsets";

// Integers that run
export { exportOnnx, type ExportOnnxOptions } from "./onnx/export";
export { calibrationFromOnnx } from "./onnx/import-scales";
export { layerDifferences, type LayerDifference } from "./onnx/layer-differences";
export { OnnxDetector, type OnnxDetectorOptions } from "./onnx/onnx-detector";

// Weights
export { writeFileAtomic } from "./weights/atomic-write";
export { loadDetector, saveCheckpoint } from "./weights/checkpoint";
export { readCard, type CheckpointCard } from "./weights/checkpoint-card";
export { sha256OfFile } from "./weights/checksum";
export type { Dtype, RawTensor, TensorFile, TensorInfo } from "./weights/dtype";
export { FormatError, type RefusalCode } from "./weights/format-error";
export { openSafetensors, readSafetensors, writeSafetensors, writeTensors, type NamedArray, type Safetensors } from "./weights/safetensors";
export { openTorch, type OpenTorchOptions } from "./weights/torch/torch-file";
export { convertTorchvision, loadTorchvision, stateDictDifference, type StateDictDifference } from "./weights/torchvision";

// Data sets
export { readCocoJson, type CocoAnnotation, type CocoCategory, type CocoImage, type CocoInfo, type CocoJson } from "./datasets/coco-json";
export { ImageDataset, openDataset, type ImageBatch, type ImageObjects } from "./datasets/image-dataset";
export { contactSheet, contactSheets, encodePng, type NormalizedImages } from "./datasets/encode-image";
export { denormalize, normalizeImages } from "./datasets/normalize";

// Evaluation
export { cocoDetections } from "./evaluate/coco-detections";
export { concatDetections, type Detections } from "./evaluate/detections";
export { detect } from "./evaluate/detect";
export { evaluateMap, type EvaluateMapOptions, type MapResult } from "./evaluate/evaluate";
export { nms } from "./evaluate/nms";
export { postProcess } from "./evaluate/post-process";

// Parity with torchvision
export { readParityFixture, type ParityFixture } from "./parity/fixture";
export type { ParityCheck } from "./parity/compare";
export { torchvisionParity } from "./parity/torchvision-parity";

// Distillation
export { enoughImages, type EnoughImagesOptions, type EnoughImagesPoint } from "./distill/enough-images";
export { statisticsCoverage, type ConvolutionCoverage, type Coverage } from "./distill/coverage";
export { distill, NotFiniteError, type DistilledImages, type DistillOptions, type DistillProgress } from "./distill/distill";
export { meanLoss, meanStdLoss, stdLoss, sumOf, type LossTerm, type Normalizer, type StatisticsLoss } from "./distill/losses";
export { distillPresets, type DistillPreset, type DistillPresetName } from "./distill/presets";
export { constant, cosine, plateau, stepsAt20And75, type DistillSchedule, type PlateauOptions } from "./distill/schedule";
export { statisticsDistance, type StatisticsDistance } from "./distill/statistics-distance";
export { lossPlateau, rangeStable, stopRules, type DistillState, type StopRule, type StopRuleName } from "./distill/stop-rules";

// Training
export { initializeDetector, withNewClassifier } from "./train/initialize";
export { QuantizationAware, type QuantizationAwareOptions } from "./train/quantization-aware";
export { embeddedRecipes, paperRecipe, type Recipe } from "./train/recipe";
export { trainPaper, type TrainPaperOptions } from "./train/train-paper";
export { runTraining, type RunTrainingOptions, type TrainingProgress } from "./train/run-training";
export { Trainer, type TrainerOptions, type TrainingData } from "./train/trainer";

// Study
export { ResultCache, type CachedResult } from "./study/cache";
export { studyClaims } from "./study/claims";
export { runCompare, type CompareOptions } from "./study/compare";
export type { CompareCard, CompareResult, CompareRow } from "./study/compare-schema";
export { domainDistance, type DomainRow } from "./study/domain-view";
export { domainGap, domainGapCheck, type DomainGap, type DomainGapOptions, type DomainGapRow } from "./study/domain-gap";
export { privacyCheck, type PrivacyOptions, type PrivacyRow } from "./study/privacy";
export { comparedMethods, imageMethods, type ComparedMethod } from "./study/methods";
export type { ImageMethod, MethodCard, PublishedFigure } from "./distill/methods/method";
export { runDistillation, writeDistillation, type Distillation, type RunDistillationOptions } from "./study/run-distillation";
export { quantizationWays, wayName, type QuantizationWay, type QuantizationWaysOptions } from "./study/quantization-ways";
export { runTasks, type RunTasksOptions } from "./study/executor";
export { scales, type ProfileName, type ScaleName } from "./study/profiles";
export type { TasksProgress } from "./study/progress";
export type { Figure1Result, Figure1Row, Figure2Result, Figure2Row, Figure3Result, Figure3Row, Figure4Result, Figure4Row, Table1PaperRow, Table1Result, Table1Row, Verdict, WhatIfHistogram, WhatIfResult, WhatIfRow } from "./study/result-schema";
export { runFigure1 } from "./study/figure1";
export { runFigure2 } from "./study/figure2";
export { runFigure3 } from "./study/figure3";
export { runFigure4 } from "./study/figure4";
export type { RunStudyOptions } from "./study/run-study";
export { runTable1 } from "./study/table1";
export type { Task, TaskKind } from "./study/task";
export { describeChoice, whatIf, whatIfAll, type WhatIfAnswer, type WhatIfOptions } from "./study/what-if";
export type { WhatIfChoice } from "./study/what-if-choice";
export { runWhatIf } from "./study/what-if-sweep";
export type { LayerDamage } from "./study/what-if-task";

// Course
export { bitsSweep } from "./course/bits-sweep";
export { chapters, type ChapterName } from "./course/chapters";
export { compareSources, rangeRatios, type CompareSourcesOptions, type PercentInterval, type SourceScore } from "./course/compare-sources";
export { type Exercise, type Mistake } from "./course/exercise";
export { exerciseSheet, ExerciseSheet } from "./course/exercise-sheet";
export { fineTuneQuantized, type FineTuned, type FineTuneOptions } from "./course/fine-tune-quantized";
export { judge, type ExerciseVerdict } from "./course/judge";
export { kernelNoise } from "./course/kernel-noise";
export { labelledBoxes } from "./course/labelled-boxes";
export { courseDetector, courseImages, courseMaterial, courseNoise, type CourseDetector, type CourseDomain, type CourseMaterial, type CourseOptions } from "./course/material";
export { firstPictures, pictures } from "./course/pictures";
export { evaluationInput, precisionRecall } from "./course/precision-recall";

// Figures and tables
export { bitsFigure, type BitsFigureOptions, type BitsRow } from "./plot/bits-figure";
export { boxesFigure, type LabelledBox } from "./plot/boxes-figure";
export { curvesFigure, type Curve, type CurveAxis, type CurvesOptions, type Guide } from "./plot/curves-figure";
export { enoughImagesFigure, type EnoughImagesRun } from "./plot/enough-images-figure";
export { distillationFigure, type DistillationFigureOptions, type DistillationRun } from "./plot/distillation-figure";
export type { Figure, FigureOptions } from "./plot/figure";
export { compareFigure } from "./plot/compare-figure";
export { compareTable, methodTable } from "./plot/compare-table";
export { domainTable } from "./plot/domain-table";
export { figure1Framework } from "./plot/figure1-framework";
export { figure1Loop } from "./plot/figure1-loop";
export { figure1Pictures } from "./plot/figure1-pictures";
export { figure2Figure } from "./plot/figure2-figure";
export { figure2Table } from "./plot/figure2-table";
export { figure3Figure } from "./plot/figure3-figure";
export { figure3Spread, figure3Table } from "./plot/figure3-table";
export { figure4Colour } from "./plot/figure4-colour";
export { figure4Gallery } from "./plot/figure4-gallery";
export { figure4Pictures } from "./plot/figure4-pictures";
export { galleryFigure, type GalleryPicture } from "./plot/gallery-figure";
export { intervalsFigure, type IntervalRow, type IntervalsOptions } from "./plot/intervals-figure";
export { iouFigure, type IouRow } from "./plot/iou-figure";
export { layerHistogramFigure, sensitivityFigure } from "./plot/insight-figures";
export { paperTable } from "./plot/paper-table";
export { precisionRecallFigure, type PrecisionRecall } from "./plot/precision-recall-figure";
export { progressLine, type ProgressLineOptions } from "./plot/progress-line";
export { rangeRatioFigure, type RangeRatioRow } from "./plot/range-ratio-figure";
export { show, showTable, type ShowOptions, type ShowTableOptions } from "./plot/show";
export { staircaseFigure, type StaircaseRow } from "./plot/staircase-figure";
export { table1Figure } from "./plot/table1-figure";
export { table1Table } from "./plot/table1-table";
export { SOURCES, THEMES, type CalibrationSource } from "./plot/theme";
export { trainingFigure } from "./plot/training-figure";
export { verdictTable } from "./plot/verdict-table";
export { whatIfFigure } from "./plot/what-if-figure";
export { whatIfHistogram, type HistogramChoice } from "./plot/what-if-histogram";
export { layerTable, whatIfTable } from "./plot/what-if-table";

// Report
export { studyOptions, type NotebookOptions } from "./report/notebook-options";
export { writeReport, type ReportOptions } from "./report/report";
export { sizeTable } from "./report/size-table";
