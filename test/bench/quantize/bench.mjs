// Prints what quantization costs, as ratios of times taken in one run: node test/bench/quantize/bench.mjs
// Best of several rounds, alternating, so that a busy machine slows both sides of a ratio.
import "../../../kernel-setup/node-compat.cjs";
import { createRequire } from "node:module";
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
  const rest = zsq.calibratorName, forward = () => forget(kernels.conv2d(positive, kernel, { kernel: 3, stride: 1, pad: 1 }));
  const specs = [zsq.histogramPercentile(99.99), zsq.percentile(99.99), zsq.minMax()];
  const observers = specs.map((spec) => createObserver(spec, "activations", 40 * x.size));
  const [pass, ...taken] = best(7, [forward, ...observers.map((observer) => () => observer.add(positive.dataSync()))]);
  specs.forEach((spec, i) => line(`observing [${shape}] / its 3x3 convolution to 128 channels: ${rest(spec)}`, taken[i] / pass, "at most 0.10"));
}

{
  const qparams = zsq.chooseQParams(-4, 4, 8);
  const [relu, fake] = best(15, [() => forget(kernels.relu(x)), () => forget(zsq.fakeQuantizeFast(x, qparams))]);
  line(`fake quantization of [${shape}] / one ReLU`, fake / relu, "at most 2");
}
