// Loads TensorFlow, danfojs and the SDK in one process and prints what is seen, as one line of JSON.
require("../node-compat.cjs");
process.noDeprecation = true;
const tf = require("@tensorflow/tfjs-node-gpu");
const danfojs = require("danfojs-node");
const zsq = require("zsq");
const { deviceMemory, installedGpu } = require("zsq/dist/tensor/device-memory");
const { imagesPerRun } = require("zsq/dist/evaluate/images-per-run");

const sums = tf.tidy(() => {
  const image = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  return Array.from(tf.conv2d(image, tf.ones([2, 2, 1, 1]), 1, "valid").dataSync());
});
const bindings = Object.keys(require.cache).filter((file) => file.endsWith("tfjs_binding.node"));
console.log(JSON.stringify({
  backend: tf.getBackend(),
  tensorflow: tf.backend().binding.TF_Version,
  tfjs: tf.version.tfjs,
  gpu: tf.backend().isUsingGpuDevice,
  device: { ...deviceMemory(), installed: installedGpu(), images: imagesPerRun(zsq.retinaNetR50(), [512, 640]) },
  convolution: sums,
  leaked: tf.memory().numTensors,
  bindings: bindings.length,
  shared: danfojs.tensorflow === tf,
  danfojs: require("danfojs-node/package.json").version,
  zsq: { version: require("zsq/package.json").version, names: Object.keys(zsq).length },
}));
