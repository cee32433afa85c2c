// The embedded detectors simulated and executed with integers, mAP and layer by layer: node test/bench/quantize/execution.mjs [images]
// Preset onnxruntime, calibrated with 16 training images; kernels as int8, as uint8, and of 7 bits. Layers: each convolution
// and sum simulated from the values that ONNX Runtime computed before it, on two validation images.
import "../../../kernel-setup/node-compat.cjs";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const zsq = require("zsq");

const root = new URL("../../../", import.meta.url), at = (path) => fileURLToPath(new URL(path, root));
const limit = Number(process.argv[2] ?? 300), folder = mkdtempSync(join(tmpdir(), "zsq-execution-")), worst = { points: 0, steps: 0 };

console.log("| detector | kernels | mAP, full precision | simulated | executed | difference, points | layers | worst, steps | values that differ, % | float32 file, bytes | int8 file, bytes |\n|---|---|---|---|---|---|---|---|---|---|---|");
for (const domain of ["visible", "thermal"]) {
  const detector = zsq.loadDetector(at(`data-scripts/weights/embedded/${domain}.safetensors`));
  const [train, validation] = ["train", "val"].map((split) => zsq.openDataset(at(`data/scenes/${domain}/${split}.json`))), { imageShape } = validation;
  const load = async (data, count) => {
    const { pixels, shape } = await data.load(Array.from({ length: count }, (_, i) => i));
    return zsq.normalizeImages(pixels, shape, detector.config.image);
  };
  const images = await load(train, 16), pair = await load(validation, 2);
  const preset = zsq.schemePresets.onnxruntime, { calibrator, tensors } = preset.activations, calibration = zsq.calibrate(detector, images, { calibrator, tensors });
  const map = async (predictor) => 100 * (await zsq.evaluateMap(predictor, validation, { limit })).map;
  const float = await map(detector), floatBytes = zsq.exportOnnx(detector, join(folder, "float.onnx"), { imageShape });
  for (const [name, bits, kernels] of [["int8", 8, "int8"], ["uint8", 8, "uint8"], ["int8 of 7 bits", 7, "int8"]]) {
    const quantized = zsq.quantizeDetector(detector, calibration, { ...preset, weights: { ...preset.weights, bits } }), path = join(folder, "integers.onnx");
    const bytes = zsq.exportOnnx(quantized, path, { imageShape, kernels }), executed = await zsq.OnnxDetector.load(path, detector.config);
    const [simulated, computed] = [await map(quantized), await map(executed)], layers = await zsq.layerDifferences(quantized, pair, { kernels });
    const steps = Math.max(...layers.map(({ worstSteps }) => worstSteps)), share = layers.reduce((sum, layer) => sum + layer.share, 0) / layers.length;
    [worst.points, worst.steps] = [Math.max(worst.points, Math.abs(computed - simulated)), Math.max(worst.steps, steps)];
    console.log(`| ${[domain, name, float.toFixed(2), simulated.toFixed(2), computed.toFixed(2), (computed - simulated).toFixed(2), layers.length, steps, (100 * share).toFixed(3), floatBytes, bytes].join(" | ")} |`);
    await executed.dispose();
    quantized.dispose();
  }
  for (const owner of [images, pair, detector]) owner.dispose();
}
console.log(`\nat most ${worst.points.toFixed(2)} points of mAP apart (target 0.3), single layers at most ${worst.steps} steps (target 1)`);
rmSync(folder, { recursive: true, force: true });
