import type { RetinaNetConfig } from "./config";
import { fpn } from "./fpn";
import { head } from "./head";
import type { Layers } from "./layers";
import { resnet, stageChannels } from "./resnet";

/** What the heads say, one entry per pyramid level, finest first. */
export interface HeadOutputs<T> {
  /** [n, h, w, anchors * classes], anchor-major */
  classLogits: T[];
  /** [n, h, w, anchors * 4]: dx, dy, dw, dh of each anchor (see box-coder.ts) */
  boxRegression: T[];
}

/** Anchors at each position of a level. */
export const anchorsPerPosition = ({ anchors }: RetinaNetConfig): number => anchors.sizes[0].length * anchors.ratios.length;

/**
 * RetinaNet: ResNet, feature pyramid and two heads, from normalized images x [n, h, w, 3].
 *
 * Source: Lin et al. 2017; layer names and geometry as torchvision's retinanet_resnet50_fpn_v2.
 */
export function retinaNet<T>(layers: Layers<T>, config: RetinaNetConfig, x: T): HeadOutputs<T> {
  return retinaNetOn(layers, config, resnet(layers, config.resnet, x));
}

/** Feature pyramid and heads on the ResNet's maps, one per stage. */
export function retinaNetOn<T>(layers: Layers<T>, config: RetinaNetConfig, features: T[]): HeadOutputs<T> {
  const levels = fpn(layers, config.fpn, features, stageChannels(config.resnet));
  const [anchors, channels] = [anchorsPerPosition(config), config.fpn.channels];
  return {
    classLogits: levels.map((level) => head(layers, config.head, "head.classification_head", "cls_logits", level, channels, anchors * config.classes)),
    boxRegression: levels.map((level) => head(layers, config.head, "head.regression_head", "bbox_reg", level, channels, anchors * 4)),
  };
}
