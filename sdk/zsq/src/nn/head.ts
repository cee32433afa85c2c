import type { Layers } from "./layers";

/** A head is a tower of convolutions with group normalization and an output convolution, shared by all levels. */
export interface HeadConfig {
  convs: number;
  groups: number;
}

/**
 * One level's output [n, h, w, out] from its feature map x [n, h, w, channels].
 *
 * - **tower** – name of the tower, such as "head.classification_head"
 * - **output** – name of its last convolution, such as "cls_logits"
 */
export function head<T>(layers: Layers<T>, config: HeadConfig, tower: string, output: string, x: T, channels: number, out: number): T {
  return layers.scope(() => {
    let y = x;
    for (let k = 0; k < config.convs; k++) {
      const convolved = layers.conv(`${tower}.conv.${k}.0`, y, { in: channels, out: channels, kernel: 3 });
      y = layers.relu(layers.groupNorm(`${tower}.conv.${k}.1`, convolved, channels, config.groups));
    }
    return layers.conv(`${tower}.${output}`, y, { in: channels, out, kernel: 3, bias: true });
  });
}
