// mAP of the embedded detectors simulated and executed with integers: node test/bench/quantize/execution.mjs [images]
// Preset onnxruntime, calibrated with 16 training images; kernels as int8, as uint8, and of 7 bits.
import "../../../kernel-setup/node-compat.cjs";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const zsq = require("zsq");

const root = new URL("../../../", import.meta.url), at = (path) => fileURLToPath(new URL(path, root));
const limit = Number(process.argv[2] ?? 300), folder = mkdtempSync(join(tmpdir(), "zsq-execution-"));

console.log("| detector | kernels | full precision | simulated | executed | float32 file, bytes | int8 file, bytes |\n|---|---|---|---|---|---|---|");
for (const domain of ["visible", "thermal"]) {
  const detector = zsq.loadDetector(at(`data-scripts/weights/embedded/${domain}.safetensors`));
  const [train, validation] = ["train", "val"].map((split) => zsq.openDataset(at(`data/scenes/${domain}/${split}.json`))), { imageShape } = validation;
  const { pixels, shape } = await train.load(Array.from({ length: 16 }, (_, i) => i)), images = zsq.normalizeImages(pixels, shape, detector.config.image);
  const preset = zsq.schemePresets.onnxruntime, { calibrator, tensors } = preset.activations, calibration = zsq.calibrate(detector, images, { calibrator, tensors });
  const map = async (predictor) => (100 * (await zsq.evaluateMap(predictor, validation, { limit })).map).toFixed(2);
  const float = await map(detector), floatBytes = zsq.exportOnnx(detector, join(folder, "float.onnx"), { imageShape });
  for (const [name, bits, kernels] of [["int8", 8, "int8"], ["uint8", 8, "uint8"], ["int8 of 7 bits", 7, "int8"]]) {
    const quantized = zsq.quantizeDetector(detector, calibration, { ...preset, weights: { ...preset.weights, bits } }), path = join(folder, "integers.onnx");
    const bytes = zsq.exportOnnx(quantized, path, { imageShape, kernels }), executed = await zsq.OnnxDetector.load(path, detector.config);
    console.log(`| ${[domain, name, float, await map(quantized), await map(executed), floatBytes, bytes].join(" | ")} |`);
    await executed.dispose();
    quantized.dispose();
  }
  images.dispose();
  detector.dispose();
}
rmSync(folder, { recursive: true, force: true });
