import * as tf from "@tensorflow/tfjs-node-gpu";
import type { CommandModule } from "yargs";
import { openDataset } from "../datasets/image-dataset";
import { normalizeImages } from "../datasets/normalize";
import { evaluateMap } from "../evaluate/evaluate";
import { textTable, toTable } from "../plot/html-table";
import { scheme } from "../quantize/scheme";
import { independentImages } from "../study/calibration-images";
import { quantizationWays, type QuantizationWay } from "../study/quantization-ways";
import { loadDetector } from "../weights/checkpoint";
import { readDistilled } from "./calibration-input";
import { showProgress } from "./progress";
import { UsageError } from "./report-error";

interface WaysArguments { checkpoint: string; train: string; validation: string; distilled?: string; precisions: string; images: number; steps: number; limit?: number; seed: number; json: boolean }

export const waysCommand: CommandModule<object, WaysArguments> = {
  command: "ways <checkpoint> <train> <validation>",
  describe: "static, dynamic and quantization-aware trained detectors in one table of mAP",
  builder: (yargs) => yargs
    .positional("checkpoint", { type: "string", demandOption: true, describe: "safetensors file" })
    .positional("train", { type: "string", demandOption: true, describe: "COCO-format JSON with images of one size, to calibrate with and to train on" })
    .positional("validation", { type: "string", demandOption: true, describe: "COCO-format JSON with images, to measure mAP on" })
    .option("distilled", { type: "string", requiresArg: true, describe: "images of zsq distill: also calibrates with them, and trains on them towards the detector's own outputs" })
    .option("precisions", { type: "string", requiresArg: true, default: "W8A8,W4A4", describe: "comma-separated" })
    .option("images", { type: "number", requiresArg: true, default: 64, describe: "of the training set, one per clip" })
    .option("steps", { type: "number", requiresArg: true, default: 100, describe: "of each training, 8 images each" })
    .option("limit", { type: "number", requiresArg: true, describe: "only the first so many validation images" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "which images, and their order" })
    .option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: async ({ checkpoint, train, validation, distilled, precisions, images: count, steps, limit, seed, json }) => {
    for (const [name, value] of Object.entries({ images: count, steps })) if (!(Number.isInteger(value) && value >= 1)) throw new UsageError(`invalid --${name}: ${value}; expected an integer >= 1`);
    const schemes = precisions.split(",").map((precision) => scheme(precision)), detector = loadDetector(checkpoint), progress = showProgress("ways"), owned: tf.Tensor[] = [];
    try {
      const data = openDataset(train), measured = openDataset(validation), made = distilled === undefined ? undefined : readDistilled(distilled);
      if (made) owned.push(made);
      const { pixels, shape, objects: targets } = await data.load(independentImages(data, count, seed)), [, height, width] = shape;
      const images = normalizeImages(pixels, shape, detector.config.image);
      owned.push(images);
      const rows = await quantizationWays(detector, images, {
        schemes, training: { count, height, width, pixels, targets }, distilled: made, unlabelled: true, steps, batchSize: Math.min(8, count), seed,
        evaluate: async (predictor) => (await evaluateMap(predictor, measured, { limit })).map,
        onProgress: (done, total, what) => progress.update(done, total, what),
      });
      progress.stop();
      const caption = `mAP on ${Math.min(limit ?? measured.size, measured.size)} images, in percent; ${count} real images${made ? `, ${made.shape[0]} distilled` : ""}, ${steps} steps of training`;
      process.stdout.write(`${json ? JSON.stringify(rows, null, 2) : textTable(toTable("ways", rows.map(cells)), { caption })}\n`);
    } finally {
      progress.stop();
      tf.dispose(owned);
      detector.dispose();
    }
  },
};

const cells = ({ precision, way, images, targets, ranges, value, loss }: QuantizationWay) => ({
  precision, way, images: images ?? "–", towards: targets ?? "–", ranges: ranges ?? "–", "mAP, %": (100 * value).toFixed(2), "loss, points": (100 * loss).toFixed(2),
});
