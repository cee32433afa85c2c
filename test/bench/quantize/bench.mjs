// Prints what quantization costs, as ratios of times taken in one run: node test/bench/quantize/bench.mjs
// Best of several rounds, alternating, so that a busy machine slows both sides of a ratio.
import "../../../kernel-setup/node-compat.cjs";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs-node-gpu");
const zsq = require("zsq");
const { createObserver } = require("zsq/dist/quantize/calibrators/observer");
const kernels = require("zsq/dist/tensor/kernels");

const shape = [1, 160, 256, 128];
const x = tf.tensor(zsq.normals(1, 0, shape.reduce((a, b) => a * b, 1)), shape), positive = tf.relu(x);
const kernel = tf.randomNormal([3, 3, 128, 128], 0, 0.03, "float32", 1);

/** Least milliseconds of each function over rounds that run all of them. */
function best(rounds, functions) {
  const least = functions.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    functions.forEach((f, i) => {
      const start = performance.now();
      f();
      least[i] = Math.min(least[i], performance.now() - start);
    });
  }
  return least;
}

const line = (what, ratio, rule) => console.log(`${what.padEnd(72)} ${ratio.toFixed(3)}  (${rule})`);
const forget = (tensor) => tensor.dispose();

{
  const forward = () => forget(kernels.conv2d(positive, kernel, { kernel: 3, stride: 1, pad: 1 }));
  const specs = [zsq.histogramPercentile(99.99), zsq.percentile(99.99), zsq.minMax()];
  const observers = specs.map((spec) => createObserver(spec, "activations", 40 * x.size));
  const [pass, ...taken] = best(7, [forward, ...observers.map((observer) => () => observer.add(positive.dataSync()))]);
  specs.forEach((spec, i) => line(`observing [${shape}] / its 3x3 convolution to 128 channels: ${zsq.calibratorName(spec)}`, taken[i] / pass, "at most 0.10"));
}

{
  const qparams = zsq.chooseQParams(-4, 4, 8);
  const [relu, fake] = best(15, [() => forget(kernels.relu(x)), () => forget(zsq.fakeQuantizeFast(x, qparams))]);
  line(`fake quantization of [${shape}] / one ReLU`, fake / relu, "at most 2");
}

/** Float32 and int8 in ONNX Runtime, one thread each, image by image; and the size of their files. */
async function execution(what, detector, imageShape, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "zsq-bench-")), images = tf.tensor(zsq.normals(1, 0, imageShape[0] * imageShape[1] * 3), [1, ...imageShape, 3]);
  try {
    const scheme = zsq.schemePresets.onnxruntime, { calibrator, tensors } = scheme.activations;
    const quantized = zsq.quantizeDetector(detector, zsq.calibrate(detector, images, { calibrator, tensors }), scheme);
    const paths = [join(folder, "float.onnx"), join(folder, "int8.onnx")];
    const bytes = [detector, quantized].map((given, i) => zsq.exportOnnx(given, paths[i], { imageShape }));
    const [float, int8] = await Promise.all(paths.map((path) => zsq.OnnxDetector.load(path, detector.config, { threads: 1 })));
    const least = [Infinity, Infinity];
    for (let round = 0; round < rounds; round++) {
      for (const [i, session] of [float, int8].entries()) {
        const start = performance.now(), { classLogits, boxRegression } = await session.outputs(images);
        least[i] = Math.min(least[i], performance.now() - start);
        tf.dispose([...classLogits, ...boxRegression]);
      }
    }
    line(`${what} at [${imageShape}]: float32 / int8, time in onnxruntime-node`, least[0] / least[1], "at least 2.5, with VNNI instructions");
    line(`${what}: float32 / int8, size of the file`, bytes[0] / bytes[1], "about 4");
    await float.dispose();
    await int8.dispose();
    tf.dispose([images]);
    quantized.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

{
  const embedded = zsq.loadDetector(new URL("../../../data-scripts/weights/embedded/visible.safetensors", import.meta.url).pathname);
  await execution("embedded detector", embedded, [512, 640], 8);
  embedded.dispose();
  const r50 = zsq.initializeDetector(zsq.retinaNetR50(4), 1);
  await execution("ResNet-50 detector", r50, [256, 320], 5);
  r50.dispose();
}
