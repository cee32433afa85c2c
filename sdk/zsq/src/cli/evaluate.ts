import * as tf from "@tensorflow/tfjs-node-gpu";
import type { CommandModule } from "yargs";
import { openDataset } from "../datasets/image-dataset";
import { evaluateMap } from "../evaluate/evaluate";
import type { Detector, Predictor } from "../nn/detector";
import { calibrate } from "../quantize/calibrate";
import { quantizeDetector } from "../quantize/quantized-detector";
import { scheme } from "../quantize/scheme";
import { loadDetector } from "../weights/checkpoint";
import { readSafetensors } from "../weights/safetensors";
import { UsageError } from "./report-error";
import { showProgress } from "./progress";

interface EvaluateArguments { checkpoint: string; data: string; precision: string; calibration?: string; inputRange: "calibrated" | "image"; limit?: number; json: boolean }

export const evaluateCommand: CommandModule<object, EvaluateArguments> = {
  command: "evaluate <checkpoint> <data>",
  describe: "measure mAP, in full precision or quantized",
  builder: (yargs) => yargs
    .positional("checkpoint", { type: "string", demandOption: true, describe: "safetensors file" })
    .positional("data", { type: "string", demandOption: true, describe: "COCO-format JSON with its images" })
    .option("precision", { type: "string", default: "W32A32", describe: "such as W8A8: bits of weights and activations" })
    .option("calibration", { type: "string", requiresArg: true, describe: "images of zsq distill (safetensors) to calibrate with" })
    .option("inputRange", { alias: "input-range", choices: ["calibrated", "image"] as const, default: "calibrated" as const, describe: "range of the image itself" })
    .option("limit", { type: "number", requiresArg: true, describe: "only the first so many images" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ checkpoint, data, precision, calibration, inputRange, limit, json }) => {
    const detector = loadDetector(checkpoint);
    const progress = showProgress("evaluate");
    try {
      const predictor = precision === "W32A32" ? detector : quantized(detector, precision, inputRange, calibration);
      const { map, ap50, perClass } = await evaluateMap(predictor, openDataset(data), { limit, onProgress: (done, total) => progress.update(done, total) });
      progress.stop();
      const lines = [`mAP ${map.toFixed(4)}, AP50 ${ap50.toFixed(4)} (${precision})`, ...perClass.map(({ name, ap }) => `  ${name}: ${ap.toFixed(4)}`)];
      process.stdout.write(`${json ? JSON.stringify({ precision, map, ap50, perClass }, null, 2) : lines.join("\n")}\n`);
    } finally {
      progress.stop();
      detector.dispose();
    }
  },
};

function quantized(detector: Detector, precision: string, inputRange: "calibrated" | "image", calibration: string | undefined): Predictor {
  if (!calibration) throw new UsageError(`missing --calibration for ${precision}: expected images to calibrate with`);
  const images = readSafetensors(calibration).tensors.get("images");
  if (!images || images.shape.length !== 4) throw new Error(`evaluate: missing images in ${calibration}; expected a tensor "images" [n, height, width, 3]`);
  const tensor = tf.tensor4d(images.data, images.shape as [number, number, number, number]);
  try {
    return quantizeDetector(detector, calibrate(detector, tensor), scheme(precision, { inputRange }));
  } finally {
    tensor.dispose();
  }
}
