import type { CommandModule } from "yargs";
import { exportOnnx } from "../onnx/export";
import { writeCalibration } from "../quantize/calibration-file";
import { calibratorName } from "../quantize/calibrators/spec";
import { quantizeDetector } from "../quantize/quantized-detector";
import { loadDetector } from "../weights/checkpoint";
import { calibrateOn } from "./calibration-input";
import { onnxOptions, onnxShape, onnxSummary, type OnnxArguments } from "./onnx-options";
import { showProgress } from "./progress";
import { UsageError } from "./report-error";
import { isExportable, parseCalibrator, schemeOf, schemeOptions, type SchemeArguments } from "./scheme-options";

interface QuantizeArguments extends SchemeArguments, OnnxArguments { checkpoint: string; images: string; calibrator?: string; limit?: number; seed: number; json: boolean; out: string }

export const quantizeCommand: CommandModule<object, QuantizeArguments> = {
  command: "quantize <checkpoint> <images>",
  describe: "calibrate a detector and write its calibration table and the model with integers",
  builder: (yargs) => onnxOptions(schemeOptions(yargs, "onnxruntime"))
    .positional("checkpoint", { type: "string", demandOption: true, describe: "safetensors file" })
    .positional("images", { type: "string", demandOption: true, describe: "to calibrate with: images of zsq distill (safetensors), or a data set (COCO-format JSON)" })
    .option("calibrator", { type: "string", requiresArg: true, describe: "min-max, percentile, histogram-percentile, moving-average, entropy, mse or l2; with a number, percentile:99.9 [default: the preset's]" })
    .option("limit", { type: "number", requiresArg: true, describe: "images to calibrate with [default: all distilled ones, 16 of a data set]" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "which images of the data set, one per clip" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" })
    .option("out", { type: "string", requiresArg: true, default: "quantized", describe: "writes OUT.json, the calibration table, and OUT.onnx where integer kernels can compute the scheme" })
    .example("$0 quantize thermal.safetensors distilled.safetensors", "OUT.json for zsq evaluate --calibration and zsq export; OUT.onnx for ONNX Runtime"),
  handler: async ({ checkpoint, images, calibrator, limit, seed, json, out, kernels, batch, size, ...options }) => {
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) throw new UsageError(`invalid --limit: ${limit}; expected an integer >= 1`);
    const scheme = schemeOf(options, calibrator === undefined ? undefined : parseCalibrator(calibrator, options.precision));
    const detector = loadDetector(checkpoint), progress = showProgress("quantize");
    try {
      const { calibrator: spec, tensors } = scheme.activations;
      const { calibration, imageShape } = await calibrateOn(detector, { path: images, images: limit, seed }, { calibrator: spec, tensors }, (done, total) => progress.update(done, total));
      progress.stop();
      const quantized = quantizeDetector(detector, calibration, scheme); // refuses what is wrong before anything is written
      try {
        const files = [`${out}.json`], exportable = isExportable(scheme);
        const onnx = exportable ? onnxSummary(detector, exportOnnx(quantized, `${out}.onnx`, { imageShape: onnxShape(size, imageShape), batch, kernels })) : null;
        writeCalibration(`${out}.json`, calibration);
        if (exportable) files.push(`${out}.onnx`);
        const facts = { precision: quantized.precision, preset: options.preset, calibrator: calibratorName(spec), images: calibration.images, tensors: calibration.size, sizeMiB: quantized.sizeMiB, onnx, files };
        const lines = [
          `${facts.precision}, ${facts.preset}: ${facts.tensors} ranges from ${facts.images} images, ${facts.calibrator}; parameters ${facts.sizeMiB.toFixed(2)} MiB`,
          `${out}.json: calibration table`,
          onnx ? `${out}.onnx: ${onnx.text}` : "no ONNX file: integer kernels need 8-bit activations and weights of at most 8; try --preset onnxruntime",
        ];
        process.stdout.write(`${json ? JSON.stringify(facts, null, 2) : lines.join("\n")}\n`);
      } finally {
        quantized.dispose();
      }
    } finally {
      progress.stop();
      detector.dispose();
    }
  },
};
