import type { FpnConfig } from "./fpn";
import type { HeadConfig } from "./head";
import type { ResNetConfig } from "./resnet";

/** Everything that determines a RetinaNet but its weights. */
export interface RetinaNetConfig {
  /** columns of the classification output; torchvision counts a background column in, which is an ordinary class */
  classes: number;
  resnet: ResNetConfig;
  fpn: FpnConfig;
  head: HeadConfig;
  anchors: AnchorConfig;
  /** mean and standard deviation of the R, G and B of images in [0, 1]: the detector sees (x - mean) / std */
  image: ImageConfig;
  detection: DetectionConfig;
}

/** How images are prepared. */
export interface ImageConfig {
  mean: readonly number[];
  std: readonly number[];
  /**
   * for detection, images are resized so that the shorter side has so many pixels, the longer one at most so many, and
   * padded with zeros to multiples of 32; default: neither
   */
  resize?: { shorter: number; longer: number };
}

export interface AnchorConfig {
  /** side of the square anchors of each level, in pixels */
  sizes: readonly (readonly number[])[];
  /** height / width */
  ratios: readonly number[];
}

/** From head outputs to detections, as torchvision's RetinaNet. */
export interface DetectionConfig {
  scoreThreshold: number;
  /** candidates kept per level before non-maximum suppression */
  topK: number;
  nmsThreshold: number;
  /** detections kept per image */
  maxDetections: number;
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const DETECTION: DetectionConfig = { scoreThreshold: 0.05, topK: 1000, nmsThreshold: 0.5, maxDetections: 300 };

/** torchvision's retinanet_resnet50_fpn_v2; 91 classes for COCO, 4 for FLIR ADAS (background, person, car, bicycle). */
export const retinaNetR50 = (classes = 91): RetinaNetConfig => ({
  classes,
  resnet: { width: 64, blocks: [3, 4, 6, 3] },
  fpn: { channels: 256, stages: [1, 2, 3], extraLevels: "p6p7" },
  head: { convs: 4, groups: 32 },
  anchors: { sizes: [32, 64, 128, 256, 512].map((x) => [x, Math.trunc(x * 2 ** (1 / 3)), Math.trunc(x * 2 ** (2 / 3))]), ratios: [0.5, 1, 2] },
  image: { ...IMAGENET, resize: { shorter: 800, longer: 1333 } },
  detection: DETECTION,
});

/** The same detector at a quarter of the width, for images of 160 x 128: 53 batch-norm layers, levels at strides 4 to 32. */
export const retinaNetEmbedded = (classes = 4): RetinaNetConfig => ({
  classes,
  resnet: { width: 16, blocks: [3, 4, 6, 3] },
  fpn: { channels: 32, stages: [0, 1, 2, 3], extraLevels: "none" },
  head: { convs: 2, groups: 8 },
  anchors: { sizes: [16, 32, 64, 128].map((x) => [x, Math.trunc(x * Math.SQRT2)]), ratios: [0.5, 1, 2] },
  image: IMAGENET,
  detection: DETECTION,
});
