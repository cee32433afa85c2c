// mAP of the embedded thermal detector by way of quantization: node test/bench/quantize/ways.mjs [images] [training steps]
// Calibrated with 16 training images; quantization-aware training from the float weights, batches of 8.
import "../../../kernel-setup/node-compat.cjs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs-node-gpu");
const zsq = require("zsq");

const root = new URL("../../../", import.meta.url), at = (path) => fileURLToPath(new URL(path, root));
const limit = Number(process.argv[2] ?? 300), steps = Number(process.argv[3] ?? 100), batchSize = 8;
const detector = zsq.loadDetector(at("data-scripts/weights/embedded/thermal.safetensors"));
const [train, validation] = ["train", "val"].map((split) => zsq.openDataset(at(`data/scenes/thermal/${split}.json`)));
const { pixels, shape: [count, height, width], objects } = await train.load(Array.from({ length: Math.min(Math.max(16, steps * batchSize), train.size) }, (_, i) => i));
const images = zsq.normalizeImages(pixels.subarray(0, 16 * height * width * 3), [16, height, width, 3], detector.config.image);
const calibration = zsq.calibrate(detector, images);

async function report(what, predictor) {
  console.log(`${what.padEnd(40)} ${(100 * (await zsq.evaluateMap(predictor, validation, { limit })).map).toFixed(2)}`);
  if (predictor !== detector) predictor.dispose();
}

await report("float", detector);
for (const precision of ["W8A8", "W8A4", "W4A4"]) {
  const scheme = zsq.scheme(precision);
  await report(`${precision} static`, zsq.quantizeDetector(detector, calibration, scheme));
  await report(`${precision} dynamic`, zsq.quantizeDynamically(detector, scheme));
  for (const rangeRate of steps > 0 ? [0, 0.02] : []) {
    const aware = new zsq.QuantizationAware(detector.config, { calibration, scheme, rangeRate });
    const trainer = new zsq.Trainer(detector, { count, height, width, pixels, targets: objects }, {
      optimizer: { kind: "adamw", weightDecay: 0 }, schedule: { learningRate: 1e-4, warmUp: 10, decay: "cosine" }, epochs: (steps * batchSize) / count, batchSize, clipNorm: 5, seed: 1, trainingStep: aware.step,
    });
    while (trainer.step < trainer.steps) trainer.trainStep();
    const trained = trainer.detector();
    await report(`${precision} trained ${trainer.steps} steps, ranges ${rangeRate ? "learned" : "fixed"}`, zsq.quantizeDetector(trained, aware.calibration(), scheme));
    trained.dispose();
    trainer.dispose();
  }
}
tf.dispose(images);
detector.dispose();
