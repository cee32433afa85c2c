import { distill } from "../distill";
import { distillPresets, type DistillPresetName } from "../presets";
import type { ImageMethod, MethodCard } from "./method";
import { checkSynthesis } from "./synthesis";

/** The recipes of the distillation engine as methods: see distillPresets for formulas, provenance and deviations. */
const preset = (name: DistillPresetName, card: Omit<MethodCard, "id">, most = Infinity): ImageMethod => ({
  id: name, ...card,
  async synthesize(detector, { iterations, onProgress, ...options }) {
    checkSynthesis(name, { iterations, ...options });
    const report = onProgress && (({ done, total }: { done: number; total: number }) => onProgress(total ? done / total : 1));
    const { images, shape, history } = await distill(detector, { ...distillPresets[name], ...options, iterations: Math.min(iterations, most), onProgress: report });
    return { images, shape, history };
  },
});

/** This study's own: means alone, each image on its own. */
export const meanOnly = preset("paper-mean", {
  label: "mean only (the study)", source: "Sevsay and Akagündüz 2024, section 3.2",
  deviations: [], published: [{ figure: "40.1 (full precision 41.6)", task: "COCO, RetinaNet R50, W8A8, mAP" }],
});

/** Eq. 2 of the study with both terms. */
export const meanAndStd = preset("paper-mean-std", {
  label: "mean + std (the study)", source: "Sevsay and Akagündüz 2024, Eq. 2", deviations: [], published: [],
});

/** ZeroQ's recipe for classifiers: rate 0.5, plateau, loss divided by the batch. */
export const zeroqClassification = preset("zeroq-classification", {
  label: "ZeroQ, for classifiers", source: "Cai et al., CVPR 2020; classification/distill_data.py read",
  deviations: ["the plateau is each image's own, not the batch's"],
  published: [{ figure: "77.67 (full precision 77.72)", task: "ImageNet, ResNet-50, W8A8, top-1" }],
});

/** ZeroQ's recipe for detectors: rate 0.1, ten iterations, loss divided by the channels. */
export const zeroqDetection = preset("zeroq-detection", {
  label: "ZeroQ, for detectors", source: "Cai et al., CVPR 2020; detection/tools/distill_data.py read",
  deviations: ["as many images as the others have, not one; its noise comes from another generator"],
  published: [{ figure: "36.4 (full precision 36.4)", task: "COCO, RetinaNet R50, W8A8, mAP" }],
}, 10);
