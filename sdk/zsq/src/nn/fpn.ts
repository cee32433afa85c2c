import type { Layers } from "./layers";

/** What the feature pyramid is built on. */
export interface FpnConfig {
  /** channels of every level */
  channels: number;
  /** stages of the ResNet that become levels, from 0; torchvision's RetinaNet: [1, 2, 3] */
  stages: readonly number[];
  /** two more levels, P6 from the last stage and P7 from P6 (torchvision's LastLevelP6P7), or none */
  extraLevels: "p6p7" | "none";
}

/**
 * Feature pyramid: a map of `channels` channels per level, finest first.
 *
 * - **features** – the ResNet's maps, one per stage
 * - **featureChannels** – their channels
 *
 * Source: Lin et al. 2017; names and order as torchvision's FeaturePyramidNetwork.
 */
export function fpn<T>(layers: Layers<T>, config: FpnConfig, features: T[], featureChannels: readonly number[]): T[] {
  const { channels, stages } = config;
  const lateral = stages.map((stage, k) =>
    layers.conv(`backbone.fpn.inner_blocks.${k}.0`, features[stage], { in: featureChannels[stage], out: channels, kernel: 1, bias: true }));
  for (let k = lateral.length - 2; k >= 0; k--) lateral[k] = layers.add(lateral[k], layers.upsample(lateral[k + 1], lateral[k]));
  const levels = lateral.map((x, k) => layers.conv(`backbone.fpn.layer_blocks.${k}.0`, x, { in: channels, out: channels, kernel: 3, bias: true }));
  if (config.extraLevels === "none") return levels;
  const last = stages[stages.length - 1];
  const p6 = layers.conv("backbone.fpn.extra_blocks.p6", features[last], { in: featureChannels[last], out: channels, kernel: 3, stride: 2, bias: true });
  const p7 = layers.conv("backbone.fpn.extra_blocks.p7", layers.relu(p6), { in: channels, out: channels, kernel: 3, stride: 2, bias: true });
  return [...levels, p6, p7];
}
