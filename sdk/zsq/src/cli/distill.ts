import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-node-gpu";
import sharp from "sharp";
import type { CommandModule } from "yargs";
import { denormalize } from "../datasets/normalize";
import { distill, type DistilledImages } from "../distill/distill";
import { distillPresets, type DistillPresetName } from "../distill/presets";
import type { Detector } from "../nn/detector";
import { writeFileAtomic } from "../weights/atomic-write";
import { loadDetector } from "../weights/checkpoint";
import { writeSafetensors } from "../weights/safetensors";
import { interruptSignal } from "./child";
import { showProgress } from "./progress";

interface DistillArguments { checkpoint: string; preset: DistillPresetName; images: number; iterations: number; height: number; width: number; seed: number; out: string }

export const distillCommand: CommandModule<object, DistillArguments> = {
  command: "distill <checkpoint>",
  describe: "distil calibration images from a detector's batch-norm statistics",
  builder: (yargs) => yargs
    .positional("checkpoint", { type: "string", demandOption: true, describe: "safetensors file" })
    .option("preset", { choices: Object.keys(distillPresets) as DistillPresetName[], default: "paper-mean" as const, describe: "loss, learning rate and schedule" })
    .option("images", { type: "number", requiresArg: true, default: 16, describe: "number of images" })
    .option("iterations", { type: "number", requiresArg: true, default: 100, describe: "steps of Adam on each image" })
    .option("height", { type: "number", requiresArg: true, default: 128, describe: "pixels" })
    .option("width", { type: "number", requiresArg: true, default: 160, describe: "pixels" })
    .option("seed", { type: "number", requiresArg: true, default: 1, describe: "seed of the noise" })
    .option("out", { type: "string", default: "distilled", describe: "writes OUT.safetensors (lossless) and OUT.png (to look at)" }),
  handler: async ({ checkpoint, preset, images, iterations, height, width, seed, out }) => {
    const detector = loadDetector(checkpoint);
    const progress = showProgress("distil");
    try {
      const result = await distill(detector, {
        ...distillPresets[preset], images, iterations, imageShape: [height, width], seed, signal: interruptSignal(),
        onProgress: ({ done, total, loss }) => progress.update(done, total, `loss ${loss.toFixed(2)}`),
      });
      progress.stop();
      const metadata = new Map(Object.entries({ checkpoint: resolve(checkpoint), preset, iterations: String(iterations), seed: String(seed) }));
      writeSafetensors(`${out}.safetensors`, new Map([["images", { shape: result.shape, data: result.images }]]), metadata);
      writeFileAtomic(`${out}.png`, await contactSheet(detector, result));
      process.stdout.write(`loss ${result.history[0].toFixed(2)} -> ${result.history[iterations].toFixed(2)}; ${join(out)}.safetensors, ${out}.png\n`);
    } finally {
      progress.stop();
      detector.dispose();
    }
  },
};

/** The images side by side, at most eight in a row, as PNG. */
async function contactSheet(detector: Detector, { images, shape }: DistilledImages): Promise<Buffer> {
  const [n, height, width] = shape;
  const tensor = tf.tensor4d(images, shape);
  const pixels = denormalize(tensor, detector.config.image);
  tensor.dispose();
  const columns = Math.min(8, n), size = height * width * 3;
  const tiles = Array.from({ length: n }, (_, k) => ({
    input: Buffer.from(pixels.subarray(k * size, (k + 1) * size)), raw: { width, height, channels: 3 as const },
    left: (k % columns) * width, top: Math.floor(k / columns) * height,
  }));
  return sharp({ create: { width: columns * width, height: Math.ceil(n / columns) * height, channels: 3, background: "black" } }).composite(tiles).png().toBuffer();
}
