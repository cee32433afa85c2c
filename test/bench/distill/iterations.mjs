// Times the iterations of a distillation here: node iterations.mjs LOSS BATCH HEIGHT WIDTH ITERATIONS
// The counterpart of torch_distill.py: a ResNet-50 with random weights, its images moved by Adam. Prints the same JSON, and the loss.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { initializeDetector, meanLoss, meanStdLoss, normals, retinaNetR50 } = require("zsq");
const tf = require("@tensorflow/tfjs-node-gpu");
const { ImageAdam } = require("zsq/dist/distill/adam");
const { DistillObjective } = require("zsq/dist/distill/objective");

const [loss, ...sizes] = process.argv.slice(2);
const [batch, height, width, iterations] = sizes.map(Number);
const trunk = { ...retinaNetR50(4), fpn: { channels: 8, stages: [1, 2, 3], extraLevels: "none" }, head: { convs: 1, groups: 2 } };
const detector = initializeDetector(trunk, 1);
const objective = new DistillObjective(detector, { loss: loss === "mean" ? meanLoss : meanStdLoss });
const adam = new ImageAdam(tf.tensor4d(normals(1, 0, batch * height * width * 3), [batch, height, width, 3]));
const wall = [], cpu = [];
let last = NaN; // sum of the loss's parts over the images
for (let i = 0; i <= iterations; i++) {
  const start = performance.now(), used = process.cpuUsage();
  const { value, gradient } = objective.lossGradient(adam.x);
  last = value.dataSync().reduce((a, b) => a + b);
  adam.step(gradient, new Array(batch).fill(0.1));
  tf.dispose([value, gradient]);
  const { user, system } = process.cpuUsage(used);
  wall.push(performance.now() - start);
  cpu.push((user + system) / 1000);
}
const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
process.stdout.write(`${JSON.stringify({ wall: wall.slice(1), cpu: cpu.slice(1), memory, loss: last })}\n`);
