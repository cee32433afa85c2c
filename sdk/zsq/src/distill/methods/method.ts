import type { Detector } from "../../nn/detector";
import type { SynthesizeOptions, SyntheticImages } from "./synthesis";

/** A method's published figure, of another task than ours: to stand beside, not to compare. */
export interface PublishedFigure {
  /** such as "69.29 (full precision 71.47)" */
  figure: string;
  /** such as "ImageNet, ResNet-18, W5A5, top-1" */
  task: string;
}

/** Who a method is, where it comes from, and how it differs here. */
export interface MethodCard {
  id: string;
  label: string;
  /** where the formulas come from, and whether public code was read for them */
  source: string;
  /** how this differs from what was published; most are because detectors have boxes and not one class */
  deviations: readonly string[];
  published: readonly PublishedFigure[];
}

/** A method that makes calibration images from a full-precision detector alone. */
export interface ImageMethod extends MethodCard {
  synthesize(detector: Detector, options: SynthesizeOptions): Promise<SyntheticImages>;
}
