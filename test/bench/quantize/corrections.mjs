// mAP of the embedded thermal detector with corrections without data: node test/bench/quantize/corrections.mjs [images]
// Symmetric weights, calibrated with 16 training images; a column per correction, all but the first with batch norms folded.
import "../../../kernel-setup/node-compat.cjs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const zsq = require("zsq");

const root = new URL("../../../", import.meta.url), at = (path) => fileURLToPath(new URL(path, root));
const limit = Number(process.argv[2] ?? 150);
const detector = zsq.loadDetector(at("data-scripts/weights/embedded/thermal.safetensors")), folded = zsq.foldBatchNorms(detector), equalized = zsq.equalizeLayers(folded);
const [train, validation] = ["train", "val"].map((split) => zsq.openDataset(at(`data/scenes/thermal/${split}.json`)));
const { pixels, shape } = await train.load(Array.from({ length: 16 }, (_, i) => i)), images = zsq.normalizeImages(pixels, shape, detector.config.image);
const calibrations = [detector, folded, equalized].map((source) => zsq.calibrate(source, images));

const map = async (predictor) => (100 * (await zsq.evaluateMap(predictor, validation, { limit })).map).toFixed(2);
console.log(`full precision: ${await map(detector)}`);
console.log("| weights | precision | batch norms apart | folded | equalized | biases, empirical | biases, analytic | equalized, biases | channels split |\n|---|---|---|---|---|---|---|---|---|");
for (const [name, granularity] of [["per channel", zsq.perAxis(3)], ["per tensor", zsq.perTensor]]) {
  for (const precision of ["W8A8", "W8A4", "W4A4"]) {
    const weights = { granularity, symmetric: true }, scheme = zsq.scheme(precision, { foldBatchNorm: true, weights });
    const apart = zsq.quantizeDetector(detector, calibrations[0], zsq.scheme(precision, { weights })), plain = zsq.quantizeDetector(folded, calibrations[1], scheme), equal = zsq.quantizeDetector(equalized, calibrations[2], scheme);
    const made = [apart, plain, equal, zsq.correctBiases(plain, folded, images), zsq.correctBiasesAnalytically(plain, detector, folded), zsq.correctBiases(equal, equalized, images)];
    if (granularity === zsq.perTensor) made.push(zsq.splitOutliers(apart, detector, { ratio: 0.05 }));
    const cells = [];
    for (const predictor of made) cells.push(await map(predictor));
    console.log(`| ${[name, precision, ...cells, ...(made.length < 7 ? ["–"] : [])].join(" | ")} |`);
    for (const predictor of made.reverse()) predictor.dispose();
  }
}
for (const owner of [images, equalized, folded, detector]) owner.dispose();
