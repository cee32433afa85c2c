import type { CommandModule } from "yargs";
import { openDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector } from "../nn/detector";
import { OnnxDetector } from "../onnx/onnx-detector";
import { readCalibration } from "../quantize/calibration-file";
import { quantizeDetector, type QuantizedDetector } from "../quantize/quantized-detector";
import { loadDetector } from "../weights/checkpoint";
import { calibrateOn } from "./calibration-input";
import { UsageError } from "./report-error";
import { showProgress } from "./progress";
import { schemeFor, schemeOf, schemeOptions, type SchemeArguments } from "./scheme-options";

interface EvaluateArguments extends SchemeArguments { checkpoint: string; data: string; calibration?: string; onnx?: string; limit?: number; json: boolean }

export const evaluateCommand: CommandModule<object, EvaluateArguments> = {
  command: "evaluate <checkpoint> <data>",
  describe: "measure mAP, in full precision, quantized, or computed with integers",
  builder: (yargs) => schemeOptions(yargs, "paper", "W32A32")
    .positional("checkpoint", { type: "string", demandOption: true, describe: "safetensors file" })
    .positional("data", { type: "string", demandOption: true, describe: "COCO-format JSON with its images" })
    .option("calibration", { type: "string", requiresArg: true, describe: "images of zsq distill (safetensors) to calibrate with, or a table of zsq quantize (JSON)" })
    .option("onnx", { type: "string", requiresArg: true, describe: "ONNX file of the checkpoint to run instead, by zsq quantize or export" })
    .option("limit", { type: "number", requiresArg: true, describe: "only the first so many images" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ checkpoint, data, calibration, onnx, limit, json, ...options }) => {
    if (onnx !== undefined && (calibration !== undefined || options.precision !== "W32A32")) throw new UsageError("unsupported --onnx with --calibration or --precision: expected one way to compute");
    const detector = loadDetector(checkpoint), progress = showProgress("evaluate");
    let predictor: Detector | QuantizedDetector | OnnxDetector = detector;
    try {
      if (onnx !== undefined) predictor = await OnnxDetector.load(onnx, detector.config);
      else if (options.precision !== "W32A32") predictor = await quantized(detector, options, calibration);
      const precision = onnx === undefined ? options.precision : "ONNX";
      const { map, ap50, perClass } = await evaluateMap(predictor, openDataset(data), { limit, onProgress: (done, total) => progress.update(done, total) });
      progress.stop();
      const lines = [`mAP ${map.toFixed(4)}, AP50 ${ap50.toFixed(4)} (${precision})`, ...perClass.map(({ name, ap }) => `  ${name}: ${ap.toFixed(4)}`)];
      process.stdout.write(`${json ? JSON.stringify({ precision, map, ap50, perClass }, null, 2) : lines.join("\n")}\n`);
    } finally {
      progress.stop();
      if (predictor !== detector) await predictor.dispose();
      detector.dispose();
    }
  },
};

async function quantized(detector: Detector, options: SchemeArguments, calibration: string | undefined): Promise<QuantizedDetector> {
  if (!calibration) throw new UsageError(`missing --calibration for ${options.precision}: expected images to calibrate with, or a calibration table`);
  if (calibration.endsWith(".json")) {
    const table = readCalibration(calibration);
    return quantizeDetector(detector, table, schemeFor(options, table));
  }
  const scheme = schemeOf(options), { calibrator, tensors } = scheme.activations, progress = showProgress("calibrate");
  try {
    const made = await calibrateOn(detector, { path: calibration, seed: 1 }, { calibrator, tensors }, (done, total) => progress.update(done, total));
    return quantizeDetector(detector, made.calibration, scheme);
  } finally {
    progress.stop();
  }
}
