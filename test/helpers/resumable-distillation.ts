import type { DistillParameters } from "zsq/dist/study/distill-task";

/** Three chunks of two images. */
export const resumable: DistillParameters = { preset: "paper-mean", images: 6, imageShape: [32, 32], snapshots: [1, 4], seed: 3, firstImage: 0 };
