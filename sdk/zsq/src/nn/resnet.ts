import type { Convolution, Layers } from "./layers";

/** ResNet with bottleneck blocks; stage k has width * 2^k inner and 4 times as many outer channels. */
export interface ResNetConfig {
  /** channels of the stem and of the first stage's inner convolutions; ResNet-50: 64 */
  width: number;
  /** blocks per stage; ResNet-50: [3, 4, 6, 3] */
  blocks: readonly number[];
}

/** Output channels of each stage. */
export const stageChannels = ({ width, blocks }: ResNetConfig): number[] => blocks.map((_, k) => 4 * width * 2 ** k);

/**
 * Feature maps after each stage, at strides 4, 8, 16, 32 of the image x [n, h, w, 3].
 *
 * Source: He et al. 2016, with the stride in the 3 x 3 convolution, as torchvision's resnet50.
 */
export function resnet<T>(layers: Layers<T>, config: ResNetConfig, x: T): T[] {
  const prefix = "backbone.body";
  let y = layers.scope(() => {
    const stem = normalizedConv(layers, `${prefix}.conv1`, `${prefix}.bn1`, x, { in: 3, out: config.width, kernel: 7, stride: 2 });
    return layers.maxPool(layers.relu(stem));
  });
  let channels = config.width;
  return config.blocks.map((count, stage) => {
    const width = config.width * 2 ** stage;
    for (let block = 0; block < count; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const [name, input, inputChannels] = [`${prefix}.layer${stage + 1}.${block}`, y, channels];
      y = layers.scope(() => bottleneck(layers, name, input, inputChannels, width, stride));
      channels = 4 * width;
    }
    return y;
  });
}

function bottleneck<T>(layers: Layers<T>, name: string, x: T, channels: number, width: number, stride: number): T {
  const conv = (k: number, y: T, geometry: Convolution): T => normalizedConv(layers, `${name}.conv${k}`, `${name}.bn${k}`, y, geometry);
  let y = layers.relu(conv(1, x, { in: channels, out: width, kernel: 1 }));
  y = layers.relu(conv(2, y, { in: width, out: width, kernel: 3, stride }));
  y = conv(3, y, { in: width, out: 4 * width, kernel: 1 });
  const reshaped = stride !== 1 || channels !== 4 * width;
  const shortcut = reshaped ? normalizedConv(layers, `${name}.downsample.0`, `${name}.downsample.1`, x, { in: channels, out: 4 * width, kernel: 1, stride }) : x;
  return layers.relu(layers.add(y, shortcut));
}

const normalizedConv = <T>(layers: Layers<T>, conv: string, bn: string, x: T, geometry: Convolution): T =>
  layers.batchNorm(bn, layers.conv(conv, x, geometry), geometry.out);
