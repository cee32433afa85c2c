// Times our RetinaNet R50 v2 on one image: node iterations.mjs ITERATIONS; the counterpart of torch_inference.py.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { initializeDetector, normals, retinaNetR50 } = require("zsq");
const tf = require("@tensorflow/tfjs-node-gpu");

const detector = initializeDetector(retinaNetR50(91), 1), image = tf.tensor4d(normals(1, 0, 512 * 640 * 3), [1, 512, 640, 3]);
const wall = [], cpu = [];
for (let i = 0; i <= Number(process.argv[2]); i++) {
  const start = performance.now(), used = process.cpuUsage();
  const { classLogits, boxRegression } = detector.outputs(image);
  classLogits[0].dataSync();
  tf.dispose([...classLogits, ...boxRegression]);
  const { user, system } = process.cpuUsage(used);
  wall.push(performance.now() - start);
  cpu.push((user + system) / 1000);
}
const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
process.stdout.write(`${JSON.stringify({ wall: wall.slice(1), cpu: cpu.slice(1), memory })}\n`);
