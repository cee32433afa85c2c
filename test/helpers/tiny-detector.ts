import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture, Detector, Random, normals, retinaNetEmbedded, type RetinaNetConfig } from "zsq";

/** A RetinaNet with every kind of layer, fast enough for tests: 17 convolutions, 14 batch norms, two pyramid levels or more. */
export const tinyConfig = (classes = 3): RetinaNetConfig => ({
  ...retinaNetEmbedded(classes),
  resnet: { width: 4, blocks: [1, 1, 1, 1] },
  fpn: { channels: 8, stages: [0, 1, 2, 3], extraLevels: "none" },
  head: { convs: 1, groups: 2 },
});

/** Random weights of a plausible size for a configuration; the detector owns them. */
export function randomDetector(config: RetinaNetConfig, seed = 1): Detector {
  const { parameters, buffers, ...architecture } = describe(config);
  const weights = new Map<string, tf.Tensor>();
  [...parameters, ...buffers].forEach(([name, shape], stream) => {
    const random = new Random(seed, stream);
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: size }, () => draw(random, name, shape, architecture.norms));
    weights.set(name, tf.tensor(values, shape, "float32"));
  });
  return new Detector(config, weights);
}

/** randomDetector(tinyConfig()); the caller disposes it. */
export const tinyDetector = (seed = 1): Detector => randomDetector(tinyConfig(), seed);

/** n images of standard normal noise, [n, height, width, 3]; the caller disposes them. */
export const noiseImages = (n: number, height = 32, width = 32, seed = 7): tf.Tensor4D => tf.tensor4d(normals(seed, 0, n * height * width * 3), [n, height, width, 3]);

function describe(config: RetinaNetConfig): { parameters: Map<string, number[]>; buffers: Map<string, number[]>; norms: Set<string> } {
  const architecture = new Architecture(config);
  const norms = [...architecture.ofKind("batchNorm"), ...architecture.ofKind("groupNorm")];
  return { parameters: architecture.parameters, buffers: architecture.buffers, norms: new Set(norms.map(({ name }) => name)) };
}

// He's initialization for kernels, statistics near those of normalized data
function draw(random: Random, name: string, shape: number[], norms: Set<string>): number {
  const [layer, key] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
  if (key === "running_var" || (key === "weight" && norms.has(layer))) return random.uniform(0.5, 1.5);
  if (key === "weight") return random.normal() * Math.sqrt(2 / (shape[0] * shape[1] * shape[2]));
  return random.normal() * 0.2;
}
