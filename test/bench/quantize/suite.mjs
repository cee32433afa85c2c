// What quantization costs, as ratios of times taken in one run: npm run bench quantize
// Best of several rounds, alternating, so that a busy machine slows both sides of a ratio.
import "../../../kernel-setup/node-compat.cjs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs-node-gpu");
const zsq = require("zsq");
const { createObserver } = require("zsq/dist/quantize/calibrators/observer");
const { observeTensor } = require("zsq/dist/quantize/calibrators/observe-tensor");
const kernels = require("zsq/dist/tensor/kernels");

const SHAPE = [1, 160, 256, 128], BATCHES = 16, ROUNDS = 3;

export async function run({ folder, log }) {
  const ratios = {}, report = (name, ratio, rule) => {
    ratios[name] = Number(ratio.toFixed(3));
    log(`${name.padEnd(84)} ${ratio.toFixed(3)}  (${rule})`);
  };
  const x = tf.tensor(zsq.normals(1, 0, SHAPE.reduce((a, b) => a * b, 1)), SHAPE), positive = tf.relu(x);
  observing(positive, report);
  rounding(x, report);
  tf.dispose([x, positive]);
  const weights = fileURLToPath(new URL("../../../data-scripts/weights/embedded/visible.safetensors", import.meta.url));
  await execution("embedded detector", zsq.loadDetector(weights), [512, 640], 8, folder, report);
  const large = zsq.initializeDetector(zsq.retinaNetR50(4), 1);
  calibrating(large, [256, 320], report);
  await execution("ResNet-50 detector", large, [256, 320], 5, folder, report);
  return { ratios };
}

/** All of the batches, the first of which costs most: the sum of their times. */
function observing(x, report) {
  const kernel = tf.randomNormal([3, 3, 128, 128], 0, 0.03, "float32", 1), specs = [zsq.histogramPercentile(99.99), zsq.percentile(99.99), zsq.minMax(), zsq.entropy(8)];
  const convolve = () => kernels.conv2d(x, kernel, { kernel: 3, stride: 1, pad: 1 }).dispose();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const observers = specs.map((spec) => createObserver(spec, "activations", BATCHES * x.size)), sums = new Float64Array(specs.length + 1);
    for (let batch = 0; batch < BATCHES; batch++) [convolve, ...observers.map((observer) => () => observeTensor(observer, x))].forEach((f, i) => (sums[i] += timed(f)));
    return sums;
  });
  const [pass, ...taken] = Array.from({ length: specs.length + 1 }, (_, i) => Math.min(...rounds.map((sums) => sums[i])));
  specs.forEach((spec, i) => report(`observing ${BATCHES} x [${SHAPE}] / its 3x3 convolution to 128: ${zsq.calibratorName(spec)}`, taken[i] / pass, spec.method === "entropy" ? "looks at every value" : "at most 0.10"));
  kernel.dispose();
}

/** The whole detector: forward passes that calibrate beside those that do not, image by image. */
function calibrating(detector, imageShape, report) {
  const images = Array.from({ length: 4 }, (_, k) => tf.tensor(zsq.normals(1, k, imageShape[0] * imageShape[1] * 3), [1, ...imageShape, 3])), specs = [zsq.histogramPercentile(99.99), zsq.percentile(99.99)];
  const forward = () => images.forEach((image) => { const { classLogits, boxRegression } = detector.outputs(image); tf.dispose([...classLogits, ...boxRegression]); });
  const [pass, ...taken] = best(3, [forward, ...specs.map((calibrator) => () => zsq.calibrate(detector, images, { calibrator }))]);
  specs.forEach((spec, i) => report(`calibrating / running the ResNet-50 detector, ${images.length} x [${imageShape}]: ${zsq.calibratorName(spec)}`, taken[i] / pass, "at most 1.10"));
  tf.dispose(images);
}

function rounding(x, report) {
  const qparams = zsq.chooseQParams(-4, 4, 8);
  const [relu, fake] = best(15, [() => kernels.relu(x).dispose(), () => zsq.fakeQuantizeFast(x, qparams).dispose()]);
  report(`fake quantization of [${SHAPE}] / one ReLU`, fake / relu, "at most 2");
}

/** Float32 and int8 in ONNX Runtime, one thread each, image by image; and the sizes of their files. */
async function execution(what, detector, imageShape, rounds, folder, report) {
  const images = tf.tensor(zsq.normals(1, 0, imageShape[0] * imageShape[1] * 3), [1, ...imageShape, 3]), scheme = zsq.schemePresets.onnxruntime;
  const { calibrator, tensors } = scheme.activations, quantized = zsq.quantizeDetector(detector, zsq.calibrate(detector, images, { calibrator, tensors }), scheme);
  const paths = ["float", "int8"].map((name) => join(folder, `${name}.onnx`)), bytes = [detector, quantized].map((given, i) => zsq.exportOnnx(given, paths[i], { imageShape }));
  const sessions = await Promise.all(paths.map((path) => zsq.OnnxDetector.load(path, detector.config, { threads: 1 }))), least = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    for (const [i, session] of sessions.entries()) {
      const start = performance.now(), { classLogits, boxRegression } = await session.outputs(images);
      least[i] = Math.min(least[i], performance.now() - start);
      tf.dispose([...classLogits, ...boxRegression]);
    }
  }
  report(`${what} at [${imageShape}]: float32 / int8, time in onnxruntime-node`, least[0] / least[1], "at least 2.5 with VNNI instructions");
  report(`${what}: float32 / int8, size of the file, ${bytes.map((size) => (size / 2 ** 20).toFixed(1)).join(" / ")} MiB`, bytes[0] / bytes[1], "about 4");
  for (const owner of [...sessions, quantized, detector, images]) await owner.dispose();
}

/** Least milliseconds of each function over rounds that run all of them. */
function best(rounds, functions) {
  const least = functions.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    functions.forEach((f, i) => (least[i] = Math.min(least[i], timed(f))));
  }
  return least;
}

function timed(f) {
  const start = performance.now();
  f();
  return performance.now() - start;
}
