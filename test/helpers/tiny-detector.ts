import * as tf from "@tensorflow/tfjs-node-gpu";
import { Architecture, Detector, Random, normals, retinaNetEmbedded, type RetinaNetConfig } from "zsq";

/** A RetinaNet with every kind of layer, fast enough for tests: 29 convolutions, 17 batch norms, levels at strides 4 to 32. */
export const tinyConfig = (classes = 3): RetinaNetConfig => ({
  ...retinaNetEmbedded(classes),
  resnet: { width: 4, blocks: [1, 1, 1, 1] },
  fpn: { channels: 8, stages: [0, 1, 2, 3], extraLevels: "none" },
  head: { convs: 1, groups: 2 },
});

/** A detector with random weights: He's initialization, statistics near those of normalized data. The caller disposes it. */
export function randomDetector(config: RetinaNetConfig, seed = 1): Detector {
  const { parameters, buffers } = new Architecture(config);
  return new Detector(config, new Map([...parameters, ...buffers].map(([name, shape], stream) => {
    const random = new Random(seed, stream);
    const [kernel, gain] = [shape.length === 4, /(weight|running_var)$/.test(name)];
    const deviation = kernel ? Math.sqrt(2 / (shape[0] * shape[1] * shape[2])) : 0.2;
    const draw = (): number => (gain && !kernel ? random.uniform(0.5, 1.5) : random.normal() * deviation);
    return [name, tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw), shape)];
  })));
}

/** randomDetector(tinyConfig()); the caller disposes it. */
export const tinyDetector = (seed = 1): Detector => randomDetector(tinyConfig(), seed);

/** n images of standard normal noise, [n, height, width, 3]; the caller disposes them. */
export const noiseImages = (n: number, height = 32, width = 32, seed = 7): tf.Tensor4D =>
  tf.tensor4d(normals(seed, 0, n * height * width * 3), [n, height, width, 3]);
