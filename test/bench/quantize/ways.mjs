// mAP of the embedded thermal detector by way of quantization: node test/bench/quantize/ways.mjs [images] [training steps]
// Calibrated with 16 training images; quantization-aware training from the float weights, batches of 8.
import "../../../kernel-setup/node-compat.cjs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const zsq = require("zsq");

const root = new URL("../../../", import.meta.url), at = (path) => fileURLToPath(new URL(path, root));
const limit = Number(process.argv[2] ?? 300), steps = Number(process.argv[3] ?? 100), batchSize = 8;
const detector = zsq.loadDetector(at("data-scripts/weights/embedded/thermal.safetensors"));
const [train, validation] = ["train", "val"].map((split) => zsq.openDataset(at(`data/scenes/thermal/${split}.json`)));
const { pixels, shape: [count, height, width], objects } = await train.load(Array.from({ length: Math.min(Math.max(16, steps * batchSize), train.size) }, (_, i) => i));
const images = zsq.normalizeImages(pixels.subarray(0, 16 * height * width * 3), [16, height, width, 3], detector.config.image);
const rows = await zsq.quantizationWays(detector, images, {
  schemes: ["W8A8", "W8A4", "W4A4"].map((precision) => zsq.scheme(precision)), steps, batchSize,
  evaluate: async (predictor) => (await zsq.evaluateMap(predictor, validation, { limit })).map,
  ...(steps > 0 && { training: { count, height, width, pixels, targets: objects } }),
});
console.log("| precision | way | needs | mAP, % | loss, points |\n|---|---|---|---|---|");
for (const { precision, way, needs, value, loss } of rows) console.log(`| ${[precision, way, needs, (100 * value).toFixed(2), (100 * loss).toFixed(2)].join(" | ")} |`);
images.dispose();
detector.dispose();
