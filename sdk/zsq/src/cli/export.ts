import { existsSync } from "node:fs";
import type { CommandModule } from "yargs";
import { exportOnnx } from "../onnx/export";
import { calibrationFromOnnx } from "../onnx/import-scales";
import { readCalibration, writeCalibration } from "../quantize/calibration-file";
import { quantizeDetector } from "../quantize/quantized-detector";
import { loadDetector } from "../weights/checkpoint";
import { onnxOptions, onnxShape, onnxSummary, type OnnxArguments } from "./onnx-options";
import { UsageError } from "./report-error";
import { schemeFor, schemeOptions, type SchemeArguments } from "./scheme-options";

interface ExportArguments extends SchemeArguments, OnnxArguments { file: string; calibration?: string; json: boolean; out: string }
type Result = { file: string; text: string } & Record<string, unknown>;

export const exportCommand: CommandModule<object, ExportArguments> = {
  command: "export <file> [calibration]",
  describe: "write a detector as ONNX, with a calibration table as integers; or the scales of such a file as a table",
  builder: (yargs) => onnxOptions(schemeOptions(yargs, "onnxruntime"))
    .positional("file", { type: "string", demandOption: true, describe: "checkpoint (safetensors); or an ONNX file of zsq, whose scales become a calibration table" })
    .positional("calibration", { type: "string", describe: "table of zsq quantize (JSON) [default: none, the detector in float32]" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" })
    .option("out", { type: "string", requiresArg: true, default: "exported", describe: "writes OUT.onnx, or OUT.json" })
    .example("$0 export thermal.safetensors quantized.json --size 128,160", "OUT.onnx for ONNX Runtime")
    .example("$0 export quantized.onnx", "OUT.json, with which export writes the same file again"),
  handler: ({ json, ...options }) => {
    if (!existsSync(options.file)) throw new Error(`export: missing file: ${options.file}; expected a checkpoint or an ONNX file`);
    const { text, ...facts } = options.file.endsWith(".onnx") ? scales(options) : model(options);
    process.stdout.write(`${json ? JSON.stringify(facts, null, 2) : `${facts.file}: ${text}`}\n`);
  },
};

function scales({ file, calibration: other, out }: Omit<ExportArguments, "json">): Result {
  if (other !== undefined) throw new UsageError(`unknown argument: ${other}; expected it with a checkpoint alone`);
  const calibration = calibrationFromOnnx(file), path = `${out}.json`;
  writeCalibration(path, calibration);
  return { file: path, tensors: calibration.size, text: `scales of ${calibration.size} tensors` };
}

function model({ file, calibration, out, kernels, batch, size, ...options }: Omit<ExportArguments, "json">): Result {
  const imageShape = onnxShape(size, undefined), path = `${out}.onnx`, table = calibration === undefined ? null : readCalibration(calibration);
  const detector = loadDetector(file);
  try {
    const quantized = table && quantizeDetector(detector, table, schemeFor(options, table));
    try {
      const { text, ...facts } = onnxSummary(detector, exportOnnx(quantized ?? detector, path, { imageShape, batch, kernels })), precision = quantized?.precision ?? "W32A32";
      return { file: path, precision, imageShape, batch, ...facts, text: `${precision} for images [${[batch, ...imageShape, 3]}], ${text}` };
    } finally {
      quantized?.dispose();
    }
  } finally {
    detector.dispose();
  }
}
