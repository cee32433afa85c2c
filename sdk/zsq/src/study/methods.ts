import { autorecon } from "../distill/methods/autorecon";
import { dfqToolkit } from "../distill/methods/dfq-toolkit";
import { dsg } from "../distill/methods/dsg";
import { gdfqImages, qimeraImages } from "../distill/methods/gdfq";
import { gznq } from "../distill/methods/gznq";
import { hastImages } from "../distill/methods/hast";
import { intraq } from "../distill/methods/intraq";
import { mct } from "../distill/methods/mct";
import type { ImageMethod, MethodCard } from "../distill/methods/method";
import { meanAndStd, meanOnly, zeroqClassification, zeroqDetection } from "../distill/methods/presets";
import { zskd } from "../distill/methods/zskd";
import { dfq } from "../quantize/methods/dfq";
import { attentiveLoss, fineTuned } from "../quantize/methods/fine-tune";
import { mixedPrecision } from "../quantize/methods/mixed-precision";
import { calibrateAndQuantize, type QuantizeMethod } from "../quantize/methods/quantized";
import { perTensorControl, splitChannels } from "../quantize/methods/split-channels";
import { zaq } from "../quantize/methods/zaq";

/** Rows that may be compared with one another: those of one group, and those of a group with the baselines. */
export type MethodGroup = "baseline" | "images" | "data-free" | "fine-tuned";

/** Images that are no method's: of the training set, of it with pixels in random order, of a Gaussian. */
export type BaselineImages = "real" | "shuffled" | "noise";

/** One row of the comparison: where its images come from, and how it quantizes with them. */
export interface ComparedMethod extends MethodCard {
  group: MethodGroup;
  /** id of the ImageMethod or baseline, or null for none */
  images: string | null;
  quantize: QuantizeMethod;
  /** whether it differs from seed to seed */
  random: boolean;
}

/** The methods that make images, by id. */
export const imageMethods: ReadonlyMap<string, ImageMethod> = new Map(
  [meanOnly, meanAndStd, zeroqClassification, zeroqDetection, dsg, intraq, zskd, gznq, hastImages, mct, dfqToolkit, gdfqImages, qimeraImages, autorecon].map((method) => [method.id, method]),
);

export const baselineImages: readonly BaselineImages[] = ["real", "shuffled", "noise"];

const baseline = (id: BaselineImages, label: string, source: string): ComparedMethod =>
  ({ id, label, source, deviations: [], published: [], group: "baseline", images: id, quantize: calibrateAndQuantize, random: true });

const byImages = ({ id, label, source, deviations, published }: ImageMethod): ComparedMethod =>
  ({ id, label, source, deviations, published, group: "images", images: id, quantize: calibrateAndQuantize, random: true });

const TUNING = "some tens of steps of Adam 1e-4 in place of ten thousands of SGD; ranges are exact percentiles of the images; batch normalizations stay as they are";

const tuned = (from: ImageMethod, recipe: Parameters<typeof fineTuned>[0], own: { id: string; label: string; deviations?: string[] }): ComparedMethod => ({
  id: own.id, label: own.label, source: from.source, deviations: [...from.deviations.filter((text) => !text.startsWith("images only")), TUNING, ...(own.deviations ?? [])], published: from.published,
  group: "fine-tuned", images: from.id, quantize: fineTuned(recipe), random: true,
});

/** All rows of the comparison, in its order. */
export const comparedMethods: readonly ComparedMethod[] = [
  baseline("real", "real images", "training images, one of each of as many clips"),
  baseline("shuffled", "shuffled pixels", "the same images with their pixels in random order"),
  baseline("noise", "Gaussian noise", "N(0, 1) for each normalized value"),
  ...[...imageMethods.values()].map(byImages),
  {
    id: "dfq", label: "DFQ", source: "Nagel et al., ICCV 2019; public code (jakc4103/DFQ) read", group: "data-free", images: null, quantize: dfq, random: false,
    deviations: ["kernels have one scale per output channel, for which equalization matters little", "ranges of pyramid and heads, which have no stored statistics, are carried on through the layers", "high biases are not absorbed"],
    published: [{ figure: "65.36 (full precision 68.70)", task: "VOC07, SSD-Lite, W8A8, mAP" }],
  },
  {
    id: "per-tensor", label: "one scale per kernel (control)", source: "mean-only images, kernels with one scale each", group: "data-free", images: meanOnly.id, quantize: perTensorControl, random: true, deviations: [], published: [],
  },
  {
    id: "ocs", label: "outlier channel splitting", source: "Zhao et al., ICML 2019; public code read", group: "data-free", images: meanOnly.id, quantize: splitChannels, random: true,
    deviations: ["kernels have one scale each, unlike all other rows but the control before it", "ranges from mean-only images"], published: [],
  },
  {
    id: "zeroq-mixed", label: "ZeroQ, mixed precision", source: "Cai et al., CVPR 2020; its code for this was never published", group: "data-free", images: zeroqClassification.id, quantize: mixedPrecision, random: true,
    deviations: ["kernels at 2 to 8 bits within the size of the precision asked for; activations all at its bits", "sensitivity by the sigmoid of each class, not a softmax, and by the boxes of probable objects"],
    published: [{ figure: "33.7 to 35.9 (full precision 36.4); from memory of the paper, not checked", task: "COCO, RetinaNet R50, mixed weights, mAP" }],
  },
  {
    id: "real-tuned", label: "real images, fine-tuned (control)", source: "training images, fine-tuned like the rows below", group: "fine-tuned", images: "real", quantize: fineTuned(), random: true, deviations: [], published: [],
  },
  {
    id: "noise-tuned", label: "Gaussian noise, fine-tuned (control)", source: "N(0, 1), fine-tuned like the rows below", group: "fine-tuned", images: "noise", quantize: fineTuned(), random: true, deviations: [], published: [],
  },
  tuned(gdfqImages, {}, { id: "gdfq-tuned", label: "GDFQ", deviations: ["no loss towards the targets in fine-tuning; images are made once, not anew in each step"] }),
  tuned(qimeraImages, {}, { id: "qimera-tuned", label: "Qimera", deviations: ["no loss towards the targets in fine-tuning; images are made once, not anew in each step"] }),
  tuned(autorecon, {}, { id: "autorecon-tuned", label: "AutoReCon", deviations: ["no loss towards the targets in fine-tuning; images are made once, not anew in each step"] }),
  tuned(intraq, {}, { id: "intraq-tuned", label: "IntraQ, fine-tuned" }),
  tuned(hastImages, { loss: attentiveLoss(1), perturbation: 0.01 }, { id: "hast-tuned", label: "HAST, fine-tuned", deviations: ["attention of the ResNet's four maps, weight 1 beside the divergence of the outputs"] }),
  {
    id: "zaq", label: "ZAQ", source: "Liu et al., CVPR 2021; public code read (classifiers only)", group: "fine-tuned", images: null, quantize: zaq, random: true,
    deviations: ["discrepancy of class and box outputs at all levels and of the ResNet's four maps, averaged to at most 1024 positions", TUNING, "ranges from the generator's images, five times on the way"],
    published: [{ figure: "52.64 (W4A4), 64.54 (W5A5)", task: "ImageNet, ResNet-18, top-1; from another paper's table" }],
  },
];

/** A row of the comparison by its id. Throws if there is none. */
export function comparedMethod(id: string): ComparedMethod {
  const found = comparedMethods.find((method) => method.id === id);
  if (!found) throw new Error(`compare: unknown method: ${id}; expected one of ${comparedMethods.map((method) => method.id).join(", ")}`);
  return found;
}
